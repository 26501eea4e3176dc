#include "api/pending_states.hpp"

#include <algorithm>

#include "model/values_json.hpp"

namespace deskline::api {
namespace {

const std::string pendingState = "pending-state";

struct Pending {  // as it is kept
    SessionState state = SessionState::not_ready;
    events::Cause cause;
};
BOOST_DESCRIBE_STRUCT(Pending, (), (state, cause))

std::optional<Pending> find(events::Books& books, const std::string& session) {
    const auto* kept = books.records().find(pendingState, session);
    if (!kept) return std::nullopt;
    Pending pending;
    std::vector<FieldError> errors;
    fromJson(boost::json::value(*kept), pending, "", errors);
    return errors.empty() ? std::optional(pending) : std::nullopt;
}

bool isBusy(SessionState state) { return state == SessionState::busy_on_call || state == SessionState::busy_wrapup; }

// The source is not there just now: it is asked again when it tells the session's state.
bool passes(const Fault& fault) {
    static const std::set<std::string_view> slugs{"source-lost", "source-restarting", "line-lost", "resource-unavailable", "out-of-memory", "shutting-down"};
    return slugs.contains(fault.slug);
}

}  // namespace

bool keepPendingState(events::Books& books, CommandId command, const SetPendingState& wanted, const events::Cause& cause) {
    if (!wanted.state)
        books.records().erase(pendingState, wanted.session);
    else if (!books.records().put(pendingState, wanted.session, toJson(Pending{*wanted.state, cause}).as_object()))
        return false;
    books.tell({PendingStateChanged{wanted.session, wanted.state}, books.now(), command});
    return true;
}

void PendingStates::restored(events::Books& books) {
    for (const auto& [session, record] : events::Records::Bodies(books.records().all(pendingState)))
        if (!books.state().sessions.contains(session)) books.records().erase(pendingState, session);
}

void PendingStates::changed(events::Books& books, const events::Change& change) {
    if (change.type != "deskline.agent-session") return;
    const auto id = change.subject.substr(change.subject.rfind('/') + 1);
    const auto* session = books.state().session(id);
    if (!session || !books.records().find(pendingState, id)) return;
    if (session->state == SessionState::session_ended) return books.records().erase(pendingState, id);
    const auto event = named<SessionEvent>(std::string_view(change.data.at("event").as_string())).value_or(SessionEvent::unknown);
    const auto own = attempts_.find(id);
    const bool ours = own != attempts_.end() && own->second == change.command;
    const bool stateEvent = event == SessionEvent::ready || event == SessionEvent::not_ready;
    if (stateEvent && change.command && !ours) return finish(books, id);  // somebody has decided otherwise
    if (event != SessionEvent::pending_state_refused && session->state != SessionState::busy_on_call && !session->stale && own == attempts_.end())
        attempt(books, *session);
}

void PendingStates::attempt(events::Books& books, const AgentSession& session) {
    const auto pending = find(books, session.id);
    if (!pending || session.state == pending->state) return finish(books, session.id);
    if (!gateway_.telephony) return;
    attempts_[session.id] = carryOut(gateway_, books, telephony::Command(telephony::SetSessionState{session.id, pending->state}), pending->cause,
                                     [this, id = session.id](const events::Settled& settled, events::Books& then) { answered(id, settled, then); });
}

void PendingStates::answered(const std::string& id, const events::Settled& settled, events::Books& books) {
    const auto* session = books.state().session(id);
    if (settled.object) {
        attempts_.erase(id);
        return finish(books, id);
    }
    const auto& fault = settled.object.error();
    if (fault.outcomeUnknown && !settled.readAgain) return;  // answered again once it is known
    attempts_.erase(id);
    if (passes(fault) || (fault.slug == "state-not-allowed" && session && isBusy(session->state))) return;  // at the next change of state
    finish(books, id, fault);
}

void PendingStates::finish(events::Books& books, const std::string& session, std::optional<Fault> refused) {
    const auto pending = find(books, session);
    if (!books.records().find(pendingState, session)) return;
    books.records().erase(pendingState, session);
    const auto id = gateway_.ledger.nextCommand();
    books.begin(id, {pending ? pending->cause : events::Cause{}, {}, {}});
    books.tell({PendingStateChanged{session, std::nullopt, std::move(refused)}, books.now(), id});
    books.settle(id, Result<std::string>(boost::system::in_place_value, session), false, [](const auto&, auto&) {});
}

}  // namespace deskline::api
