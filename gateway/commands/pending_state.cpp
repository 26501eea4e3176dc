#include "commands/pending_state.hpp"

#include "model/values_json.hpp"

namespace deskline::commands {

std::optional<Pending> pendingOf(events::Books& books, const SessionId& session) {
    const auto* kept = books.records().find(pendingState, session);
    if (!kept) return std::nullopt;
    Pending pending;
    std::vector<FieldError> errors;
    fromJson(boost::json::value(*kept), pending, "", errors);
    return errors.empty() ? std::optional(pending) : std::nullopt;
}

bool keepPendingState(events::Books& books, CommandId command, const SetPendingState& wanted,
                      const events::Cause& cause) {
    if (!wanted.state)
        books.records().erase(pendingState, wanted.session);
    else if (!books.records().put(pendingState, wanted.session, toJson(Pending{*wanted.state, cause}).as_object()))
        return false;
    books.tell({PendingStateChanged{wanted.session, wanted.state}, books.now(), command});
    return true;
}

}  // namespace deskline::commands
