#include "automation/presence.hpp"

namespace deskline::automation {
namespace {

const std::string absence = "absence";

events::Cause cause() { return {"presence", "gateway", Presence::reason, {}}; }

}  // namespace

void Presence::arrived(const std::set<AgentId>& agents) {
    if (agents.empty()) return;
    ledger_.transact([this, agents](events::Books& books) {
        for (const auto& agent : agents) {
            ++streams_[agent];
            gone_.erase(agent);
            books.records().erase(absence, agent);
            books.tell({PresenceChanged{agent, true}, books.now()});
        }
    });
}

void Presence::left(const std::set<AgentId>& agents) {
    if (agents.empty() || draining_) return;
    ledger_.transact([this, agents](events::Books& books) {
        for (const auto& agent : agents)
            if (--streams_[agent] == 0) {
                streams_.erase(agent);
                absent(books, agent);
            }
    });
}

void Presence::absent(events::Books& books, const AgentId& agent) {
    if (!books.state().agents.contains(agent)) return;  // who is not signed in cannot be missed
    if (books.records().put(absence, agent, {{"since", milliseconds(books.now())}})) gone_[agent] = books.ticks();
}

void Presence::restored(events::Books& books) {
    for (const auto& [id, agent] : books.state().agents)
        if (agent.present || books.records().find(absence, id)) absent(books, id);
}

void Presence::changed(events::Books& books, const events::Change& change) {
    const auto* event = std::get_if<AgentEvent>(&change.happened);
    if (!event) return;
    if (*event == AgentEvent::signed_out) {
        gone_.erase(change.concern.agent);
        books.records().erase(absence, change.concern.agent);
    }
    if (*event == AgentEvent::signed_in && streams_.contains(change.concern.agent))
        books.tell({PresenceChanged{change.concern.agent, true}, books.now()});
}

void Presence::tick(events::Books& books) {
    const auto passed = [](std::chrono::seconds limit, auto gone) { return limit.count() > 0 && gone >= limit; };
    for (const auto& [key, record] : events::Records::Bodies(books.records().all(absence))) {
        const AgentId id(key);
        const auto known = books.state().agents.find(id);
        if (known == books.state().agents.end()) {
            books.records().erase(absence, id);
            gone_.erase(id);
            continue;
        }
        const auto& agent = known->second;
        const auto gone = books.ticks() - gone_.try_emplace(id, books.ticks()).first->second;
        if (gone < grace) continue;
        if (agent.present) books.tell({PresenceChanged{id, false}, books.now()});
        if (options_.exempt.contains(id) || agent.stale || !executor_.hasTelephony()) continue;
        if (passed(options_.signOutAfter, gone))
            signOut(books, agent);
        else if (passed(options_.notReadyAfter, gone))
            setNotReady(books, agent);
    }
    std::erase_if(tried_, [&](const auto& entry) { return books.ticks() - entry.second > tryAgain; });
}

bool Presence::mayTry(const ObjectRef& object, const events::Books& books) {
    const auto last = tried_.find(object);
    if (books.busy(object) || (last != tried_.end() && books.ticks() - last->second < tryAgain)) return false;
    tried_[object] = books.ticks();
    return true;
}

void Presence::setNotReady(events::Books& books, const Agent& agent) {
    for (const auto& id : agent.sessions) {
        const auto* session = books.state().session(id);
        const bool open =
            session && (session->state == SessionState::ready || session->state == SessionState::busy_wrapup);
        if (open && mayTry({Kind::agent_session, id}, books))
            executor_.carryOut(books, telephony::Command(telephony::SetSessionState{id, SessionState::not_ready}),
                               cause(), [](const auto&, auto&) {});
    }
}

void Presence::signOut(events::Books& books, const Agent& agent) {
    for (const auto& id : agent.sessions)
        if (const auto* session = books.state().session(id); session && session->state == SessionState::busy_on_call)
            return;
    if (mayTry({Kind::agent, agent.id}, books))
        executor_.carryOut(books, telephony::Command(telephony::SignOut{agent.id}), cause(), [](const auto&, auto&) {});
}

}  // namespace deskline::automation
