// What the gateway knows at a cursor, and how a fact changes it. Only the ledger writes it. Thread: the ledger's.
#pragma once
#include <boost/json.hpp>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "events/cause.hpp"
#include "model/fact.hpp"
#include "model/sight.hpp"

namespace deskline::events {

struct SourceState {
    bool connected = false;
    std::map<std::string, bool> capabilities;
    std::optional<Fault> fault;
};

struct State {
    std::map<std::string, Agent> agents;
    std::map<std::string, AgentSession> sessions;
    std::map<std::string, AgentSession> ended;  // the last few, so that an answer can still show one
    std::deque<std::string> endedOrder;
    std::map<std::string, AgentHandler> handlers;
    std::map<std::string, AcdGroup> groups;
    std::map<std::string, Queue> queues;
    std::map<std::string, Address> addresses;
    std::map<std::string, Call> calls;
    std::map<std::string, Concern> callConcerns;  // whom a call concerned when it was told last: its session may be gone before it
    std::map<std::string, AudioDevice> devices;
    std::map<std::string, AudioSession> audioSessions;
    std::map<Source, SourceState> sources;
    std::map<std::string, std::set<std::string>> memberships;  // agent → the ACD groups in which it has had a session since it signed in

    const AgentSession* session(const std::string& id) const;  // open or lately ended
    std::string groupName(const std::string& idOrName) const;  // of an ACD group; of one that is not known (yet), what was given
};

// What a fact led to: zero, one or (a new picture, a loss) many events.
struct Change {
    std::string_view type;  // "deskline.agent-session"
    std::string subject;    // "/sessions/…"
    Concern concern;
    boost::json::object data;
    CommandId command = 0;  // that it was attributed to
    bool latestWins = false, ephemeral = false;
};

// Which command an event belongs to; its cause goes into the event and its reason into the session.
struct Attributed {
    CommandId command = 0;
    const Cause* cause = nullptr;
};
using Attribution = std::function<Attributed(const Happened& is)>;

// Changes the state as the fact says and tells the events. `number`: of the last event before them.
std::vector<Change> apply(State& state, const Fact& fact, std::uint64_t number, const Attribution& attribution);

// What was there before a restart, from the journal's last event of each object; the next picture tells what has changed since.
void remember(State& state, const boost::json::object& cloudEvent, const Concern& concern);

}  // namespace deskline::events
