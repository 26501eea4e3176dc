#include "automation/presence.hpp"

namespace deskline::automation {
namespace {

const std::string absence = "absence";

events::Cause cause() { return {"presence", "gateway", Presence::reason, {}}; }

}  // namespace

void Presence::arrived(const std::set<AgentId>& agents) {
    if (agents.empty()) return;
    ledger_.transact([this, agents](events::LedgerContext& ledger) {
        for (const auto& agent : agents) {
            ++streams_[agent];
            gone_.erase(agent);
            ledger.records().erase(absence, agent);
            ledger.tell({PresenceChanged{agent, true}, ledger.now()});
        }
    });
}

void Presence::left(const std::set<AgentId>& agents) {
    if (agents.empty() || draining_) return;
    ledger_.transact([this, agents](events::LedgerContext& ledger) {
        for (const auto& agent : agents)
            if (--streams_[agent] == 0) {
                streams_.erase(agent);
                absent(ledger, agent);
            }
    });
}

void Presence::absent(events::LedgerContext& ledger, const AgentId& agent) {
    if (!ledger.state().all<Agent>().contains(agent)) return;  // who is not signed in cannot be missed
    if (ledger.records().put(absence, agent, {{"since", milliseconds(ledger.now())}})) gone_[agent] = ledger.ticks();
}

void Presence::restored(events::LedgerContext& ledger) {
    for (const auto& [id, agent] : ledger.state().all<Agent>())
        if (agent.present || ledger.records().find(absence, id)) absent(ledger, id);
}

void Presence::changed(events::LedgerContext& ledger, const events::Change& change) {
    const auto* event = std::get_if<AgentEvent>(&change.happened);
    if (!event) return;
    if (*event == AgentEvent::signed_out) {
        gone_.erase(change.ownership.agent);
        ledger.records().erase(absence, change.ownership.agent);
    }
    if (*event == AgentEvent::signed_in && streams_.contains(change.ownership.agent))
        ledger.tell({PresenceChanged{change.ownership.agent, true}, ledger.now()});
}

void Presence::tick(events::LedgerContext& ledger) {
    const auto passed = [](std::chrono::seconds limit, auto gone) { return limit.count() > 0 && gone >= limit; };
    for (const auto& [key, record] : events::Records::Bodies(ledger.records().all(absence))) {
        const AgentId id(key);
        const auto known = ledger.state().all<Agent>().find(id);
        if (known == ledger.state().all<Agent>().end()) {
            ledger.records().erase(absence, id);
            gone_.erase(id);
            continue;
        }
        const auto& agent = known->second;
        const auto gone = ledger.ticks() - gone_.try_emplace(id, ledger.ticks()).first->second;
        if (gone < grace) continue;
        if (agent.present) ledger.tell({PresenceChanged{id, false}, ledger.now()});
        if (options_.exempt.contains(id) || agent.stale || !executor_.hasTelephony()) continue;
        if (passed(options_.signOutAfter, gone))
            signOut(ledger, agent);
        else if (passed(options_.notReadyAfter, gone))
            setNotReady(ledger, agent);
    }
    std::erase_if(tried_, [&](const auto& entry) { return ledger.ticks() - entry.second > tryAgain; });
}

bool Presence::mayTry(const ObjectRef& object, const events::LedgerContext& ledger) {
    const auto last = tried_.find(object);
    if (ledger.busy(object) || (last != tried_.end() && ledger.ticks() - last->second < tryAgain)) return false;
    tried_[object] = ledger.ticks();
    return true;
}

void Presence::setNotReady(events::LedgerContext& ledger, const Agent& agent) {
    for (const auto& id : agent.sessions) {
        const auto* session = ledger.state().session(id);
        const bool open =
            session && (session->state == SessionState::ready || session->state == SessionState::busy_wrapup);
        if (open && mayTry({Kind::agent_session, id}, ledger))
            executor_.carryOut(ledger, telephony::Command(telephony::SetSessionState{id, SessionState::not_ready}),
                               cause(), [](const auto&, auto&) {});
    }
}

void Presence::signOut(events::LedgerContext& ledger, const Agent& agent) {
    for (const auto& id : agent.sessions)
        if (const auto* session = ledger.state().session(id); session && session->state == SessionState::busy_on_call)
            return;
    if (mayTry({Kind::agent, agent.id}, ledger))
        executor_.carryOut(ledger, telephony::Command(telephony::SignOut{agent.id}), cause(),
                           [](const auto&, auto&) {});
}

}  // namespace deskline::automation
