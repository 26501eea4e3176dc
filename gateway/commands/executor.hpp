// Carries a command to its source and its outcome back to the ledger, whoever asked for it: a caller, or the gateway
// itself (a pending state, an agent who is gone). Built by main, lives as long as the ledger. Thread: the ledger's.
#pragma once
#include "commands/command.hpp"
#include "events/audit_limits.hpp"
#include "events/ledger.hpp"
#include "identity/refusals.hpp"
#include "identity/throttle.hpp"

namespace deskline::commands {

class Executor {
public:
    struct Guards {  // against guesses of a PIN, and against an audit that is full of refusals
        identity::Throttle& throttle;
        identity::Refusals& refusals;
        events::AuditLimits& auditLimits;
    };
    // `telephony`, `audio`: null where the configuration has no such source.
    Executor(events::Ledger& ledger, telephony::Telephony* telephony, audio::Audio* audio, Guards guards);

    bool hasTelephony() const { return telephony_ != nullptr; }
    bool hasSource(const Command& command) const;
    // Too many wrong PINs for this agent, from this address or from all: why the switch is not asked.
    std::optional<Fault> slowedDown(const Command& command, const std::string& address);
    // Begins it now, carries it out once the beginning is durable, and answers when its event is there
    // (events/commands.hpp). Its source must be there (hasSource).
    CommandId carryOut(events::LedgerContext& ledger, Command what, events::Cause cause, events::Answer answer);
    CommandId nextCommand();

private:
    void countPin(const AgentId& agent, const std::string& address, const events::CommandOutcome& settled);

    events::Ledger& ledger_;
    telephony::Telephony* const telephony_;
    audio::Audio* const audio_;
    const Guards guards_;
};

void auditOutcome(events::LedgerContext& ledger, const std::string& command, const events::Cause& cause,
                  const events::CommandOutcome& settled);

}  // namespace deskline::commands
