#include "automation/pending_states.hpp"

#include <algorithm>

#include "commands/pending_state.hpp"

namespace deskline::automation {
namespace {

bool isBusy(SessionState state) { return state == SessionState::busy_on_call || state == SessionState::busy_wrapup; }

// Whether the refusal says that the source is not there just now: the switch is asked again when the source tells the
// session's state.
bool passes(const Fault& fault) {
    static constexpr Slug passing[] = {"source-lost",          "source-restarting", "line-lost",
                                       "resource-unavailable", "out-of-memory",     "shutting-down"};
    return std::ranges::find(passing, fault.slug) != std::end(passing);
}

}  // namespace

void PendingStates::restored(events::LedgerContext& ledger) {
    for (const auto& [session, record] : events::Records::Bodies(ledger.records().all(commands::pendingState)))
        if (!ledger.state().all<AgentSession>().contains(SessionId(session)))
            ledger.records().erase(commands::pendingState, session);
}

void PendingStates::changed(events::LedgerContext& ledger, const events::Change& change) {
    const auto* event = std::get_if<SessionEvent>(&change.happened);
    if (!event) return;
    const SessionId id(change.object.id);
    const auto* session = ledger.state().session(id);
    if (!session || !ledger.records().find(commands::pendingState, id)) return;
    if (session->state == SessionState::session_ended) return ledger.records().erase(commands::pendingState, id);
    const auto own = attempts_.find(id);
    const bool ours = own != attempts_.end() && own->second == change.command;
    const bool stateEvent = *event == SessionEvent::ready || *event == SessionEvent::not_ready;
    if (stateEvent && change.command && !ours) return finish(ledger, id);  // somebody has set another state
    if (*event != SessionEvent::pending_state_refused && session->state != SessionState::busy_on_call &&
        !session->stale && own == attempts_.end())
        attempt(ledger, *session);
}

void PendingStates::attempt(events::LedgerContext& ledger, const AgentSession& session) {
    const auto pending = commands::pendingOf(ledger, session.id);
    if (!pending || session.state == pending->state) return finish(ledger, session.id);
    if (!executor_.hasTelephony()) return;
    attempts_[session.id] = executor_.carryOut(
        ledger, telephony::Command(telephony::SetSessionState{session.id, pending->state}), pending->cause,
        [this, id = session.id](const events::CommandOutcome& settled, events::LedgerContext& then) {
            answered(id, settled, then);
        });
}

void PendingStates::answered(const SessionId& id, const events::CommandOutcome& settled,
                             events::LedgerContext& ledger) {
    const auto* session = ledger.state().session(id);
    if (settled.object) {
        attempts_.erase(id);
        return finish(ledger, id);
    }
    const auto& fault = settled.object.error();
    if (fault.outcomeUnknown && !settled.readAgain) return;  // the answer comes again once the outcome is known
    attempts_.erase(id);
    if (passes(fault) || (fault.slug == "state-not-allowed" && session && isBusy(session->state)))
        return;  // tried again at the next change of state
    finish(ledger, id, fault);
}

void PendingStates::finish(events::LedgerContext& ledger, const SessionId& session, std::optional<Fault> refused) {
    const auto pending = commands::pendingOf(ledger, session);
    if (!ledger.records().find(commands::pendingState, session)) return;
    ledger.records().erase(commands::pendingState, session);
    const auto id = executor_.nextCommand();
    ledger.begin(id, {pending ? pending->cause : events::Cause{}, {}, {}});
    ledger.tell({PendingStateChanged{session, std::nullopt, std::move(refused)}, ledger.now(), id});
    ledger.settle(id, session, events::AnswerAfter::outcome, [](const auto&, auto&) {});
}

}  // namespace deskline::automation
