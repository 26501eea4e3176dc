// Carries a command to its source and its outcome back to the ledger. A caller has asked for it, or the gateway itself
// (a pending state, an agent who is gone). `app/services` builds it; it lives as long as the ledger. Thread: the
// ledger's.
#pragma once
#include "commands/command.hpp"
#include "events/audit_limits.hpp"
#include "events/ledger.hpp"
#include "identity/refusals.hpp"
#include "identity/throttle.hpp"

namespace deskline::commands {

class Executor {
public:
    struct Guards {  // against guessing of PINs, and against refusals that fill the audit
        identity::Throttle& throttle;
        identity::Refusals& refusals;
        events::AuditLimits& auditLimits;
    };
    // `telephony`, `audio`: null where the configuration has no such source.
    Executor(events::Ledger& ledger, telephony::Telephony* telephony, audio::Audio* audio, Guards guards);

    bool hasTelephony() const { return telephony_ != nullptr; }
    bool hasSource(const Command& command) const;
    // Why the switch is not asked: there were too many wrong PINs for this agent, from this address or from all.
    // Nothing: it may be asked.
    std::optional<Fault> slowedDown(const Command& command, const std::string& address);
    // Begins the command now, carries it out once its beginning is durable, and calls `answer` when its event is there
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
