#include "automation/pending_states.hpp"

#include <algorithm>

#include "commands/pending_state.hpp"

namespace deskline::automation {
namespace {

bool isBusy(SessionState state) { return state == SessionState::busy_on_call || state == SessionState::busy_wrapup; }

// The source is not there just now: it is asked again when it tells the session's state.
bool passes(const Fault& fault) {
    static constexpr Slug passing[] = {"source-lost",          "source-restarting", "line-lost",
                                       "resource-unavailable", "out-of-memory",     "shutting-down"};
    return std::ranges::find(passing, fault.slug) != std::end(passing);
}

}  // namespace

void PendingStates::restored(events::Books& books) {
    for (const auto& [session, record] : events::Records::Bodies(books.records().all(commands::pendingState)))
        if (!books.state().sessions.contains(SessionId(session)))
            books.records().erase(commands::pendingState, session);
}

void PendingStates::changed(events::Books& books, const events::Change& change) {
    const auto* event = std::get_if<SessionEvent>(&change.happened);
    if (!event) return;
    const SessionId id(change.object.id);
    const auto* session = books.state().session(id);
    if (!session || !books.records().find(commands::pendingState, id)) return;
    if (session->state == SessionState::session_ended) return books.records().erase(commands::pendingState, id);
    const auto own = attempts_.find(id);
    const bool ours = own != attempts_.end() && own->second == change.command;
    const bool stateEvent = *event == SessionEvent::ready || *event == SessionEvent::not_ready;
    if (stateEvent && change.command && !ours) return finish(books, id);  // somebody has decided otherwise
    if (*event != SessionEvent::pending_state_refused && session->state != SessionState::busy_on_call &&
        !session->stale && own == attempts_.end())
        attempt(books, *session);
}

void PendingStates::attempt(events::Books& books, const AgentSession& session) {
    const auto pending = commands::pendingOf(books, session.id);
    if (!pending || session.state == pending->state) return finish(books, session.id);
    if (!executor_.hasTelephony()) return;
    attempts_[session.id] = executor_.carryOut(
        books, telephony::Command(telephony::SetSessionState{session.id, pending->state}), pending->cause,
        [this, id = session.id](const events::Settled& settled, events::Books& then) { answered(id, settled, then); });
}

void PendingStates::answered(const SessionId& id, const events::Settled& settled, events::Books& books) {
    const auto* session = books.state().session(id);
    if (settled.object) {
        attempts_.erase(id);
        return finish(books, id);
    }
    const auto& fault = settled.object.error();
    if (fault.outcomeUnknown && !settled.readAgain) return;  // answered again once it is known
    attempts_.erase(id);
    if (passes(fault) || (fault.slug == "state-not-allowed" && session && isBusy(session->state)))
        return;  // at the next change of state
    finish(books, id, fault);
}

void PendingStates::finish(events::Books& books, const SessionId& session, std::optional<Fault> refused) {
    const auto pending = commands::pendingOf(books, session);
    if (!books.records().find(commands::pendingState, session)) return;
    books.records().erase(commands::pendingState, session);
    const auto id = executor_.nextCommand();
    books.begin(id, {pending ? pending->cause : events::Cause{}, {}, {}});
    books.tell({PendingStateChanged{session, std::nullopt, std::move(refused)}, books.now(), id});
    books.settle(id, Result<std::string>(boost::system::in_place_value, session), false, [](const auto&, auto&) {});
}

}  // namespace deskline::automation
