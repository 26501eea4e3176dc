// What was asked of the gateway, and what came of it: each is answered once, carried out at most once for its key, and
// an event that says it was brought about by it was. Thread: `answered` any; the rest the test's.
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
    // By which event its effect is known.
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
    // The answers that have come since: judged against the log.
    void judge(const Log& log, bool durable);
    // The cause that an event names is a request that could have brought it about.
    void judge(const Entry& entry);
    void endOfGateway(const Log& log);          // what is left of the log is what there is
    void nothingMissing(const Log& log) const;  // after a restart
    void allAnswered() const;
    // Whether another request that is open looks for the same event.
    bool contested(const Asked& one) const;
    Asked* find(const std::string& id);
    std::vector<Asked*> keyed();       // with an Idempotency-Key, answered
    std::vector<Asked*> operations();  // answered with 202
    void durableAgain();
    // Who of the sessions that are open belongs to another agent keeps what is kept of it.
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
