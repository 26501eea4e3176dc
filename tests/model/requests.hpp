// The requests to the gateway and their outcomes: each is answered once, is carried out at most once for its key, and
// is really the cause of the events that name it. Thread: `answered` any; the rest the test's.
#pragma once
#include <list>
#include <map>
#include <mutex>

#include "api/request.hpp"
#include "log.hpp"

namespace deskline::model {

struct Asked {
    std::string id, method, path, body;
    identity::Identity who;
    std::map<std::string, std::string> headers;
    Time at{};
    // The event by which its effect is recognized.
    std::string type, subject, agent, event, reason;
    int answers = 0, brought = 0;
    bool first = true;       // not a repeat
    bool abandoned = false;  // the gateway ended before it was answered
    bool outlived = false;   // the gateway ended after it was asked
    bool durable = true;     // false: it was answered while the journal could not be written
    bool lost = false;       // the gateway crashed while it was not durable
    bool erased = false;     // what is kept of it may have been of an agent who was erased since
    api::Response response;
};

class Requests {
public:
    Asked& add(Asked asked);
    void answered(const std::string& id, api::Response response);  // any thread
    // Checks the answers that have come since the last call against the log.
    void judge(const Log& log, bool durable);
    // Checks that the request that an event names as its cause could have brought it about.
    void judge(const Entry& entry);
    void endOfGateway(const Log& log);          // the events beyond the log are gone
    void nothingMissing(const Log& log) const;  // after a restart
    void allAnswered() const;
    // Whether another open request waits for the same event.
    bool contested(const Asked& one) const;
    Asked* find(const std::string& id);
    std::vector<Asked*> keyed();       // with an Idempotency-Key, answered
    std::vector<Asked*> operations();  // answered with 202
    void durableAgain();
    // The agent was erased: marks its requests, but not those about open sessions of other agents.
    void forget(const std::string& agent, const std::map<SessionId, AgentSession>& sessions);
    void crashed();
    std::size_t count() const { return all_.size(); }

private:
    void judgeAnswer(Asked& asked, const Log& log);

    std::list<Asked> all_;
    std::map<std::string, Asked*> byId_;
    std::mutex mutex_;
    std::vector<std::pair<std::string, api::Response>> fresh_;
};

std::string headerOf(const api::Response& response, std::string_view name);

}  // namespace deskline::model
