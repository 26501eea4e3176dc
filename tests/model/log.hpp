// The contract as a small model: the events in their order, whom each concerns and who may hear it, and the copy of a
// client that has applied them. It shares no code with the gateway: the policy is written a second time, in a few
// lines, and so is the copy. Thread: the test's.
#pragma once
#include <boost/json.hpp>
#include <map>
#include <set>
#include <vector>

#include "events/frame.hpp"
#include "identity/identity.hpp"

namespace deskline::model {

namespace json = boost::json;

struct Hearing {  // who hears, and what it asked for
    identity::Identity who;
    std::set<std::string> topics;
    std::optional<std::set<std::string>> only = {};
    std::vector<identity::Identity> before =
        {};  // who it was since it began: what comes into view is told by the next snapshot, not owed before
};
bool maySee(const identity::Identity& who, std::string_view topic, const Ownership& ownership);
bool mayChange(const identity::Identity& who, const Ownership& ownership);  // agents and their sessions
bool hears(const Hearing& hearing, std::string_view topic, const Ownership& ownership);

struct Entry {
    events::FramePtr frame;
    json::object event;
    bool lossless = true;
    bool erased = false;  // `deskline journal forget` was asked for it: it may still be heard, or not
    std::string topic() const { return std::string(topicOf(frame->kind)); }
    const json::object& data() const { return event.at("data").as_object(); }
    std::string what() const;  // the name of the event: "ready", "signed-in"
};

class Log {
public:
    // Takes the next event. Its number must follow the one before, and it must concern those whom its content names.
    const Entry& add(const events::FramePtr& frame);
    const Entry* find(std::uint64_t number) const;
    const std::map<std::uint64_t, Entry>& entries() const { return entries_; }
    std::uint64_t newest() const { return newest_; }
    // The gateway starts again with the events after `cut` up to `newest`. Those beyond were never durable, and are
    // gone; the next event may have any later number.
    void restart(std::uint64_t cut, std::uint64_t newest);
    void goOnFrom(std::uint64_t newest) {  // in another epoch
        newest_ = newest;
        since_ = {{newest, memberships_}};
    }
    void forget(const std::string& agent);
    void nothingOwed() const;  // while all is quiet
    Ownership whom(std::string_view list, const json::object& item,
                   std::uint64_t at) const;  // of an object in a list of a snapshot of that moment
    // The first event after `after` and up to `to` that this caller must be told; null: none.
    const Entry* missed(const Hearing& hearing, std::uint64_t after, std::uint64_t to) const;

private:
    using Memberships =
        std::map<AgentId, std::set<GroupName>>;  // agent → groups in which it had a session since it signed in
    Ownership ownershipOf(const Entry& entry) const;
    Ownership whom(std::string_view list, const json::object& item, const Memberships& memberships) const;

    std::map<std::uint64_t, Entry> entries_;
    Memberships memberships_;
    std::map<std::uint64_t, Memberships> since_;  // from that event on; needed since a slow reader gets an old snapshot
    std::map<std::string, GroupName> groupOfSession_;
    std::map<std::string, AgentId> agentOfSession_;
    Memberships owed_;                         // groups of which an agent's event told before the session's
    std::map<std::string, Ownership> ofCall_;  // by the last event, for when its session is gone
    std::uint64_t newest_ = 0;
    bool restarted_ = false;
};

// A client's copy: a snapshot, and each event after it applied, as the client library does it.
class Copy {
public:
    void begin(const json::object& snapshot);
    void apply(const json::object& event);
    // The first difference between the two, in words; "": none.
    std::string differsFrom(const Copy& other, const std::set<std::string>& leftOut) const;
    const std::map<std::string, std::map<std::string, json::object>>& lists() const { return lists_; }

private:
    void keep(const char* list, const json::object& item, bool gone);
    void source(const json::object& event);

    std::map<std::string, std::map<std::string, json::object>>
        lists_;  // by the names that a snapshot gives them; by id
};

std::string_view topicOfList(std::string_view list);

}  // namespace deskline::model
