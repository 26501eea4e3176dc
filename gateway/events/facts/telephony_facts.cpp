#include "events/facts/telephony_facts.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace deskline::events {
namespace {

namespace json = boost::json;

constexpr std::size_t endedKept = 256;

// A refusal as an event tells it: the problem's slug and words, and the HRESULT where a source refused.
json::object problemOf(const Fault& fault) {
    json::object problem{{"type", "/problems/" + std::string(fault.slug)}, {"detail", fault.detail}};
    if (fault.hresult) problem["hresult"] = hex(*fault.hresult);
    if (!fault.symbol.empty()) problem["symbol"] = fault.symbol;
    return problem;
}

AgentEvent eventInto(AgentState state) { return named<AgentEvent>(name(state)).value_or(AgentEvent::unknown); }

}  // namespace

template <class T>
void TelephonyFacts::setPresent(const std::vector<T>& now) {
    const auto& all = state_.all<T>();
    for (const auto& id : missing(all, now)) (*this)(ThingChanged{all.at(id), EventOf<T>::removed});
    for (const auto& thing : now) {
        const auto known = all.find(thing.id);
        if (known == all.end())
            (*this)(ThingChanged{thing, EventOf<T>::added});
        else if constexpr (TellsItsChanges<T>)
            for (const auto event : T::changes(known->second, thing)) (*this)(ThingChanged{thing, event});
    }
}

void TelephonyFacts::operator()(const SessionChanged& fact) {
    auto known = state_.all<AgentSession>().find(fact.id);
    const bool fresh = known == state_.all<AgentSession>().end();
    if (fresh) {
        if (!fact.session) {
            spdlog::debug("an event of the unknown session {} was dropped", fact.id);
            return;
        }
        if (fact.event == SessionEvent::end && state_.ended.contains(fact.id)) return;
        known = state_.all<AgentSession>().emplace(fact.id, *fact.session).first;
        known->second.state = SessionState::not_ready;
        join(known->second);
    }
    auto& session = known->second;
    if (fact.session) session.statistics = fact.session->statistics;
    const auto previous = session.state;
    const auto by =
        changes_.attribute({Kind::agent_session, session.id, session.agent, name(fact.event), session.acdGroup});
    enter(session, entered(fact.event), by.cause ? by.cause->reason : std::nullopt);
    session.stale.reset();
    publishSession(session, fact.event, previous, {}, by);
    if (fresh) tellCallsOf(session.id);
    if (session.state == SessionState::session_ended) bury(fact.id);
}

void TelephonyFacts::operator()(const SessionRead& fact) {
    const auto known = state_.all<AgentSession>().find(fact.id);
    if (known == state_.all<AgentSession>().end() || known->second.state == fact.state) return;
    (*this)(SessionChanged{fact.id, eventInto(fact.state)});
}

void TelephonyFacts::operator()(const AgentChanged& fact) {
    auto known = state_.all<Agent>().find(fact.id);
    if (fact.event == AgentEvent::signed_out) {
        if (known == state_.all<Agent>().end()) return;
        const auto sessions = known->second.sessions;
        for (auto& id : sessions)
            if (state_.all<AgentSession>().contains(id)) (*this)(SessionChanged{id, SessionEvent::end});
        known->second.sessions.clear();
        publishAgent(known->second, fact.event);
        state_.memberships.erase(fact.id);
        state_.all<Agent>().erase(known);
        return;
    }
    if (known == state_.all<Agent>().end()) {
        if (!fact.agent) return;
        known = state_.all<Agent>().emplace(fact.id, *fact.agent).first;
        publishAgent(known->second, AgentEvent::signed_in);
        if (fact.event == AgentEvent::signed_in) return;
    } else if (fact.event == AgentEvent::signed_in && !known->second.stale) {
        return;
    }
    auto& agent = known->second;
    if (fact.event != AgentEvent::signed_in) {
        const auto state = named<AgentState>(name(fact.event)).value_or(AgentState::unknown);
        if (agent.state != state) agent.since = changes_.time();
        agent.state = state;
    }
    agent.stale.reset();
    publishAgent(agent, fact.event);
}

void TelephonyFacts::operator()(const CallChanged& fact) {
    auto& call = state_.all<Call>()[fact.call.id];
    if (call.session != fact.call.session) state_.callOwnership.erase(fact.call.id);  // it is another's now
    call = fact.call;
    publishCall(fact.call, fact.event);
    if (!isOver(fact.call.state)) return;
    state_.all<Call>().erase(fact.call.id);
    state_.callOwnership.erase(fact.call.id);
}

void TelephonyFacts::operator()(const StatisticsRead& fact) {
    for (auto& [id, figures] : fact.agents)
        if (auto agent = state_.all<Agent>().find(id); agent != state_.all<Agent>().end())
            agent->second.statistics = figures;
    for (auto& [id, figures] : fact.sessions)
        if (auto session = state_.all<AgentSession>().find(id); session != state_.all<AgentSession>().end())
            session->second.statistics = figures;
    for (auto& [id, figures] : fact.queues)
        if (auto queue = state_.all<Queue>().find(id); queue != state_.all<Queue>().end())
            queue->second.statistics = figures;
}

// The inventory is true now: what we had and it lacks is gone, what it has and we lacked is new, what differs has
// changed.
void TelephonyFacts::operator()(const TelephonyInventory& fact) {
    std::apply([this](const auto&... list) { (setPresent(list), ...); }, fact.lists);
    for (const auto& id : missing(state_.all<AgentSession>(), fact.sessions))
        (*this)(SessionChanged{id, SessionEvent::end});
    for (const auto& id : missing(state_.all<Agent>(), fact.agents)) (*this)(AgentChanged{id, AgentEvent::signed_out});
    setAgents(fact.agents);
    setSessions(fact.sessions);
    setCalls(fact.calls);
}

void TelephonyFacts::setAgents(const std::vector<Agent>& now) {
    for (auto& agent : now) {
        const auto known = state_.all<Agent>().find(agent.id);
        if (known == state_.all<Agent>().end())
            (*this)(AgentChanged{agent.id, AgentEvent::signed_in, agent});
        else if (known->second.state != agent.state)
            (*this)(AgentChanged{agent.id, eventInto(agent.state)});
        else if (known->second.stale) {  // found again as it was: of no command
            known->second.stale.reset();
            publishAgent(known->second, eventInto(agent.state), {});
        }
    }
}

void TelephonyFacts::setSessions(const std::vector<AgentSession>& now) {
    for (auto& session : now) {
        const auto known = state_.all<AgentSession>().find(session.id);
        if (known == state_.all<AgentSession>().end()) {
            (*this)(SessionChanged{session.id, SessionEvent::new_session, session});
            (*this)(SessionRead{session.id, session.state});
        } else if (known->second.state != session.state) {
            (*this)(SessionRead{session.id, session.state});
        } else if (known->second.stale) {
            known->second.stale.reset();
            publishSession(known->second, eventInto(session.state), session.state);
        }
    }
}

void TelephonyFacts::setCalls(const std::vector<Call>& now) {
    for (const auto& id : missing(state_.all<Call>(), now)) {
        auto call = state_.all<Call>().at(id);
        call.state = CallState::disconnected;
        call.cause = CallCause::unknown;
        (*this)(CallChanged{call, CallEvent::state});
    }
    for (auto& call : now)
        if (!state_.all<Call>().contains(call.id) || state_.all<Call>().at(call.id).state != call.state)
            (*this)(CallChanged{call, CallEvent::state});
}

void TelephonyFacts::operator()(const PendingStateChanged& fact) {
    const auto known = state_.all<AgentSession>().find(fact.session);
    if (known == state_.all<AgentSession>().end()) return;
    auto& session = known->second;
    session.pendingState = fact.state;
    const auto event = fact.refused ? SessionEvent::pending_state_refused : SessionEvent::pending_state;
    json::object more;
    if (fact.refused) more["problem"] = problemOf(*fact.refused);
    publishSession(session, event, session.state, std::move(more),
                   changes_.attribute({Kind::agent_session, session.id, session.agent, name(event), session.acdGroup}));
}

void TelephonyFacts::operator()(const PresenceChanged& fact) {
    const auto known = state_.all<Agent>().find(fact.agent);
    if (known == state_.all<Agent>().end() || known->second.present == fact.present) return;
    known->second.present = fact.present;
    publishAgent(known->second, fact.present ? AgentEvent::present : AgentEvent::absent);
}

// The agent's first session in a group makes it visible to those who see the group.
void TelephonyFacts::join(const AgentSession& session) {
    const bool fresh = state_.memberships[session.agent].insert(session.acdGroup).second;
    const auto agent = state_.all<Agent>().find(session.agent);
    if (agent == state_.all<Agent>().end()) return;
    auto& sessions = agent->second.sessions;
    if (std::ranges::find(sessions, session.id) == sessions.end()) sessions.push_back(session.id);
    if (fresh) publishAgent(agent->second, AgentEvent::group_joined);
}

// Its calls that were told before it concerned nobody; to those who see it they come into view only now.
void TelephonyFacts::tellCallsOf(const SessionId& session) {
    for (const auto& [id, call] : state_.all<Call>())
        if (call.session == session) publishCall(call, CallEvent::state);
}

void TelephonyFacts::enter(AgentSession& session, SessionState state, std::optional<std::string> reason) {
    if (session.state != state || session.since == Time{}) session.since = changes_.time();
    session.state = state;
    session.reason = std::move(reason);
    session.allowedStates = allowedStates(state);
}

void TelephonyFacts::bury(const SessionId& id) {
    auto node = state_.all<AgentSession>().extract(id);
    if (const auto agent = state_.all<Agent>().find(node.mapped().agent); agent != state_.all<Agent>().end())
        std::erase(agent->second.sessions, id);
    state_.ended.insert(std::move(node));
    state_.endedOrder.push_back(id);
    if (state_.endedOrder.size() <= endedKept) return;
    state_.ended.erase(state_.endedOrder.front());
    state_.endedOrder.pop_front();
}

void TelephonyFacts::publishAgent(Agent& agent, AgentEvent event) {
    publishAgent(agent, event, changes_.attribute({Kind::agent, agent.id, agent.id, name(event)}));
}

void TelephonyFacts::publishAgent(Agent& agent, AgentEvent event, const Attributed& by) {
    agent.revision = changes_.nextRevision();
    changes_.publish({Kind::agent, agent.id}, ownershipOf(state_, agent), toldOf(agent, "event", event), by);
}

void TelephonyFacts::publishCall(const Call& call, CallEvent event) {
    const auto ownership = state_.callOwnership[call.id] = ownershipOf(state_, call);
    changes_.publish({Kind::call, call.id}, ownership, toldOf(call, "event", event));
}

void TelephonyFacts::publishSession(AgentSession& session, SessionEvent event, SessionState previous, json::object more,
                                    const Attributed& by) {
    session.revision = changes_.nextRevision();
    auto told = toldOf(session, "event", event);
    told.data["previousState"] = name(previous);
    for (auto& member : more) told.data[member.key()] = std::move(member.value());
    changes_.publish({Kind::agent_session, session.id}, ownershipOf(state_, session), std::move(told), by);
}

}  // namespace deskline::events
