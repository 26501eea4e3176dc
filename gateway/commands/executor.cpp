#include "commands/executor.hpp"

#include "commands/pending_state.hpp"
#include "model/text.hpp"

namespace deskline::commands {
namespace {

using namespace telephony;
using events::AnswerAfter, events::CommandOutcome;

Result<std::string> objectIn(const auto& outcome) {
    if (!outcome) return outcome.error();
    return outcome->object;
}

// The agent whose PIN the command carries; null where it carries none.
const AgentId* agentOfPin(const Command& command) {
    const auto* what = std::get_if<telephony::Command>(&command);
    if (!what) return nullptr;
    if (const auto* signIn = std::get_if<SignIn>(what)) return signIn->pin ? &signIn->agent : nullptr;
    if (const auto* create = std::get_if<CreateSession>(what)) return create->pin ? &create->agent : nullptr;
    return nullptr;
}

std::vector<identity::Counter> countersOf(const AgentId& agent, const std::string& address) {
    return identity::countersOf(identity::Shown::pin, address, agent);
}

}  // namespace

Executor::Executor(events::Ledger& ledger, telephony::Telephony* telephony, audio::Audio* audio, Guards guards)
    : ledger_(ledger), telephony_(telephony), audio_(audio), guards_(guards) {}

CommandId Executor::nextCommand() { return ledger_.nextCommand(); }

bool Executor::hasSource(const Command& command) const {
    return std::holds_alternative<audio::Change>(command) ? audio_ != nullptr : telephony_ != nullptr;
}

std::optional<Fault> Executor::slowedDown(const Command& command, const std::string& address) {
    const auto* agent = agentOfPin(command);
    if (!agent) return std::nullopt;
    const int wait = guards_.throttle.wait(countersOf(*agent, address));
    if (wait == 0) return std::nullopt;
    guards_.refusals.count(identity::Attempt::pin, true);
    Fault fault{"too-many-requests", "Too many wrong PINs for agent " + *agent + "; the switch was not asked."};
    fault.retryAfter = wait;
    return fault;
}

void Executor::countPin(const AgentId& agent, const std::string& address, const CommandOutcome& settled) {
    const auto counters = countersOf(agent, address);
    if (settled.object) return guards_.throttle.succeeded(counters.front().who);
    if (settled.object.error().slug != "wrong-pin") return;
    guards_.refusals.count(identity::Attempt::pin, false);
    guards_.throttle.failed(counters);
}

CommandId Executor::carryOut(events::LedgerContext& ledger, Command what, events::Cause cause, events::Answer told) {
    const auto id = nextCommand();
    const auto* pin = agentOfPin(what);
    const events::Answer answer = [this, command = describe(what), cause, agent = pin ? *pin : AgentId(),
                                   told = std::move(told)](const CommandOutcome& settled, events::LedgerContext& then) {
        const bool refused = !settled.object && !settled.object.error().outcomeUnknown;  // by the switch or the mixer
        const auto whose =
            cause.account.empty() ? "gateway " + cause.actor : cause.account;  // its own have an allowance too
        if (!refused || guards_.auditLimits.allows(whose)) auditOutcome(then, command, cause, settled);
        if (!agent.empty()) countPin(agent, cause.address, settled);
        told(settled, then);
    };
    ledger.begin(id, {cause, expectation(what, ledger.state()), objectOf(what)});
    if (const auto* pending = std::get_if<SetPendingState>(&what)) {
        if (keepPendingState(ledger, id, *pending, cause))
            ledger.settle(id, pending->session, AnswerAfter::event, answer);
        else
            ledger.settle(id, Fault{"resource-unavailable", "There are as many pending states as the gateway keeps."},
                          AnswerAfter::outcome, answer);
        return id;
    }
    const auto done = [this, id, answer](const auto& outcome) {
        const bool eventComes = outcome && outcome->eventExpected;
        ledger_.settle(id, objectIn(outcome), eventComes ? AnswerAfter::event : AnswerAfter::outcome, answer);
    };
    ledger.afterCommit([this, id, what = std::move(what), owner = cause.account, done] {
        if (const auto* change = std::get_if<audio::Change>(&what))
            audio_->perform(id, *change, done);
        else
            telephony_->perform(std::get<telephony::Command>(what), owner, done);
    });
    return id;
}

void auditOutcome(events::LedgerContext& ledger, const std::string& command, const events::Cause& cause,
                  const CommandOutcome& settled) {
    events::AuditEntry entry{.time = ledger.now(),
                             .actor = cause.account.empty() ? cause.actor : cause.account,
                             .action = command,
                             .outcome = "succeeded",
                             .role = given(cause.role),
                             .address = given(cause.address),
                             .origin = given(cause.origin),
                             .request = given(cause.request)};
    if (!settled.object) {
        const auto& fault = settled.object.error();
        entry.outcome = fault.slug;
        entry.status = fault.slug.problem().status;
        if (fault.hresult) entry.hresult = hex(*fault.hresult);
        if (fault.outcomeUnknown && !settled.readAgain) entry.detail = "the outcome is unknown";
    }
    ledger.audit().add(std::move(entry));
}

}  // namespace deskline::commands
