// Pending states: the state that an agent wants after the call. The journal keeps it until the first moment at which
// the switch allows it; then the gateway asks the switch for it, with the cause of the caller who wanted it. A refusal
// is told as an event. A state that somebody sets meanwhile takes its place. Thread: the ledger's.
#pragma once
#include "commands/executor.hpp"

namespace deskline::automation {

class PendingStates final : public events::Observer {
public:
    explicit PendingStates(commands::Executor& executor) : executor_(executor) {}

    void restored(events::LedgerContext& ledger) override;
    void changed(events::LedgerContext& ledger, const events::Change& change) override;

private:
    void attempt(events::LedgerContext& ledger, const AgentSession& session);
    void answered(const SessionId& session, const events::CommandOutcome& settled, events::LedgerContext& ledger);
    void finish(events::LedgerContext& ledger, const SessionId& session, std::optional<Fault> refused = {});

    commands::Executor& executor_;
    std::map<SessionId, CommandId> attempts_;  // session → the command under way
};

}  // namespace deskline::automation
