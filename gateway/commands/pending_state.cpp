#include "commands/pending_state.hpp"

#include "model/values_json.hpp"

namespace deskline::commands {

std::optional<Pending> pendingOf(events::LedgerContext& ledger, const SessionId& session) {
    const auto* kept = ledger.records().find(pendingState, session);
    if (!kept) return std::nullopt;
    Pending pending;
    std::vector<FieldError> errors;
    fromJson(boost::json::value(*kept), pending, "", errors);
    return errors.empty() ? std::optional(pending) : std::nullopt;
}

bool keepPendingState(events::LedgerContext& ledger, CommandId command, const SetPendingState& wanted,
                      const events::Cause& cause) {
    if (!wanted.state)
        ledger.records().erase(pendingState, wanted.session);
    else if (!ledger.records().put(pendingState, wanted.session, toJson(Pending{*wanted.state, cause}).as_object()))
        return false;
    ledger.tell({PendingStateChanged{wanted.session, wanted.state}, ledger.now(), command});
    return true;
}

}  // namespace deskline::commands
