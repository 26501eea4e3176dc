// The state that an agent wants after the call, as a record of the journal. Thread: the ledger's.
#pragma once
#include <optional>
#include <string>

#include "commands/command.hpp"
#include "events/ledger_context.hpp"

namespace deskline::commands {

inline constexpr const char* pendingState = "pending-state";  // the kind of its record; its id: the session's

struct Pending {  // as it is kept
    SessionState state = SessionState::not_ready;
    events::Cause cause;
};
BOOST_DESCRIBE_STRUCT(Pending, (), (state, cause))

std::optional<Pending> pendingOf(events::LedgerContext& ledger, const SessionId& session);
// Sets the pending state, or withdraws it (`wanted.state` absent), durably, and tells the event, which carries the
// command's id. False: there is no room for one more.
bool keepPendingState(events::LedgerContext& ledger, CommandId command, const SetPendingState& wanted,
                      const events::Cause& cause);

}  // namespace deskline::commands
