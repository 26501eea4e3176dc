// How the agents were signed in, to do it again by themselves: after a loss of the source, and when an agent handler
// that went is back. Thread: any. PINs live here until the agent signs out, or waits for too long.
#pragma once
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "model/secret.hpp"

namespace deskline::telephony {

struct Credential {
    std::string handler;  // by name or id; "": the first
    Secret pin;
    bool asUser = false;  // as the Windows user, without a PIN
    bool operator==(const Credential&) const = default;
};

class Credentials {
public:
    using Clock = std::chrono::steady_clock;
    // An agent who waits for a handler for longer may have gone home: a call would ring at an empty desk.
    static constexpr std::chrono::minutes longestWait{15};

    void signedIn(const AgentId& agent, const Credential& credential);
    void forget(const AgentId& agent);  // it signed out, or was refused
    bool signedInWith(const AgentId& agent, const Credential& credential) const;
    // It is to be signed in again, at this handler; "": at whichever its credential names.
    void wait(const AgentId& agent, const HandlerName& handler, Clock::time_point now = Clock::now());
    void wait(const AgentId& agent, const Credential& credential, Clock::time_point now = Clock::now());
    std::map<AgentId, Credential> all(Clock::time_point now = Clock::now());  // signed in or waiting
    // Those that wait for this handler, or for any; each until `tried`.
    std::vector<std::pair<AgentId, Credential>> due(const HandlerName& handler, Clock::time_point now = Clock::now());
    bool waits(const AgentId& agent) const;
    void tried(const AgentId& agent);  // it may be due again

private:
    struct Waiting {
        Credential credential;
        HandlerName handler;
        Clock::time_point since;
        bool trying = false;
    };
    void dropOld(Clock::time_point now);  // under the lock

    mutable std::mutex mutex_;
    std::map<AgentId, Credential> agents_;
    std::map<AgentId, Waiting> waiting_;
};

}  // namespace deskline::telephony
