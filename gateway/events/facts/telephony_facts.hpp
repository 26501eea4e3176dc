// How the facts of a telephony source, and the gateway's own about agents and sessions, change the state. Thread: the
// ledger's.
#pragma once
#include "events/facts/changes.hpp"

namespace deskline::events {

class TelephonyFacts {
public:
    TelephonyFacts(State& state, Changes& changes) : state_(state), changes_(changes) {}

    void operator()(const SessionChanged& fact);
    void operator()(const SessionRead& fact);
    void operator()(const AgentChanged& fact);
    void operator()(const CallChanged& fact);
    void operator()(const StatisticsRead& fact);
    void operator()(const TelephonyInventory& fact);
    void operator()(const PendingStateChanged& fact);
    void operator()(const PresenceChanged& fact);
    template <class T>
    void operator()(const ThingChanged<T>& fact) {
        auto& all = state_.all<T>();
        if (fact.event == EventOf<T>::removed)
            all.erase(fact.thing.id);
        else
            all[fact.thing.id] = fact.thing;
        changes_.publish({kindOf<T>, fact.thing.id}, ownershipOf(state_, fact.thing),
                         toldOf(fact.thing, "event", fact.event));
    }

private:
    void join(const AgentSession& session);
    void tellCallsOf(const SessionId& session);
    void enter(AgentSession& session, SessionState state, std::optional<std::string> reason);
    void bury(const SessionId& id);
    void publishAgent(Agent& agent, AgentEvent event);
    void publishAgent(Agent& agent, AgentEvent event, const Attributed& by);
    void publishCall(const Call& call, CallEvent event);
    void publishSession(AgentSession& session, SessionEvent event, SessionState previous, boost::json::object more = {},
                        const Attributed& by = {});
    void setAgents(const std::vector<Agent>& now);
    void setSessions(const std::vector<AgentSession>& now);
    void setCalls(const std::vector<Call>& now);
    template <class T>
    void setPresent(const std::vector<T>& now);

    State& state_;
    Changes& changes_;
};

}  // namespace deskline::events
