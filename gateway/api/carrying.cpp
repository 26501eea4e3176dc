#include "api/carrying.hpp"

#include "api/pending_states.hpp"
#include "model/overloaded.hpp"

namespace deskline::api {
namespace {

using namespace telephony;
using events::Settled;

Result<std::string> objectIn(const auto& outcome) {
    if (!outcome) return outcome.error();
    return Result<std::string>(boost::system::in_place_value, outcome->object);
}

// Of a command that carries a PIN: the agent whose it is.
const std::string* agentOfPin(const Command& command) {
    const auto* what = std::get_if<telephony::Command>(&command);
    if (!what) return nullptr;
    if (const auto* signIn = std::get_if<SignIn>(what)) return signIn->pin ? &signIn->agent : nullptr;
    if (const auto* create = std::get_if<CreateSession>(what)) return create->pin ? &create->agent : nullptr;
    return nullptr;
}

std::vector<identity::Counter> countersOf(const std::string& agent, const std::string& address) {
    return identity::countersOf(identity::Shown::pin, address, agent);
}

void countPin(Gateway& gateway, const std::string& agent, const std::string& address, const Settled& settled) {
    const auto counters = countersOf(agent, address);
    if (settled.object) return gateway.throttle.succeeded(counters.front().who);
    if (settled.object.error().slug != "wrong-pin") return;
    gateway.refusals.count(Attempt::pin, false);
    gateway.throttle.failed(counters);
}

}  // namespace

std::optional<Fault> slowedDown(Gateway& gateway, const Command& command, const std::string& address) {
    const auto* agent = agentOfPin(command);
    if (!agent) return std::nullopt;
    const int wait = gateway.throttle.wait(countersOf(*agent, address));
    if (wait == 0) return std::nullopt;
    gateway.refusals.count(Attempt::pin, true);
    Fault fault{"too-many-requests", "Too many wrong PINs for agent " + *agent + "; the switch was not asked."};
    fault.retryAfter = wait;
    return fault;
}

void auditOutcome(events::Books& books, const std::string& command, const events::Cause& cause, const Settled& settled) {
    events::AuditEntry entry{.time = books.now(),
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
        entry.status = deskline::problem(fault.slug).status;
        if (fault.hresult) entry.hresult = hex(*fault.hresult);
        if (fault.outcomeUnknown && !settled.readAgain) entry.detail = "the outcome is unknown";
    }
    books.audit().add(std::move(entry));
}

CommandId carryOut(Gateway& gateway, events::Books& books, Command what, events::Cause cause, events::Answer told) {
    const auto id = gateway.ledger.nextCommand();
    const auto* pin = agentOfPin(what);
    const events::Answer answer = [&gateway, command = describe(what), cause, agent = pin ? *pin : std::string(), told = std::move(told)](
                                      const Settled& settled, events::Books& then) {
        const bool refused = !settled.object && !settled.object.error().outcomeUnknown;       // by the switch or the mixer
        const auto whose = cause.account.empty() ? "gateway " + cause.actor : cause.account;  // its own have an allowance too
        if (!refused || gateway.auditLimits.allows(whose)) auditOutcome(then, command, cause, settled);
        if (!agent.empty()) countPin(gateway, agent, cause.address, settled);
        told(settled, then);
    };
    books.begin(id, {cause, expectation(what), objectOf(what)});
    if (const auto* pending = std::get_if<SetPendingState>(&what)) {
        if (keepPendingState(books, id, *pending, cause))
            books.settle(id, Result<std::string>(boost::system::in_place_value, pending->session), true, answer);
        else
            books.settle(id, Fault{"resource-unavailable", "There are as many pending states as the gateway keeps."}, false, answer);
        return id;
    }
    const auto done = [&gateway, id, answer](const auto& outcome) { gateway.ledger.settle(id, objectIn(outcome), outcome && outcome->eventExpected, answer); };
    books.afterCommit([&gateway, id, what = std::move(what), done] {
        if (const auto* change = std::get_if<audio::Change>(&what))
            gateway.audio->perform(id, *change, done);
        else
            gateway.telephony->perform(std::get<telephony::Command>(what), done);
    });
    return id;
}

std::string describe(const Command& command) {
    return std::visit(Overloaded{[](const telephony::Command& c) { return telephony::describe(c); },
                                 [](const SetPendingState& c) {
                                     return (c.state ? "pending " + std::string(name(*c.state)) : std::string("withdrawal of the pending state")) +
                                            " of session " + c.session;
                                 },
                                 [&](const audio::Change&) { return "a change of " + objectOf(command); }},
                      command);
}

std::string objectOf(const Command& command) {
    const Overloaded ofTelephony{[](const SetSessionState& c) { return "/sessions/" + c.session; },
                                 [](const ReadSession& c) { return "/sessions/" + c.session; }, [](const SetMeasurementPeriod& c) { return c.object; },
                                 [](const auto& c) { return "/agents/" + c.agent; }};
    return std::visit(
        Overloaded{[&](const telephony::Command& c) { return std::visit(ofTelephony, c); }, [](const SetPendingState& c) { return "/sessions/" + c.session; },
                   [](const audio::Change& c) { return (c.kind == audio::Kind::device ? "/audio/devices/" : "/audio/sessions/") + c.object; }},
        command);
}

std::string agentOf(const Command& command, const events::State& state) {
    const auto object = objectOf(command);
    if (object.starts_with("/agents/")) return object.substr(8);
    const auto* session = object.starts_with("/sessions/") ? state.session(object.substr(10)) : nullptr;
    return session ? session->agent : std::string();
}

std::optional<events::Expectation> expectation(const Command& command) {
    const auto* what = std::get_if<telephony::Command>(&command);
    if (!what) return std::nullopt;
    using Expected = std::optional<events::Expectation>;
    const auto ofAgent = [](const std::string& agent, std::string event) { return Expected({"deskline.agent", "/agents/" + agent, agent, std::move(event)}); };
    return std::visit(
        Overloaded{[](const SetSessionState& c) {
                       return Expected({"deskline.agent-session", "/sessions/" + c.session, "", std::string(name(eventInto(c.state)))});
                   },
                   [](const CreateSession& c) {
                       return Expected({"deskline.agent-session", "", c.agent, std::string(name(SessionEvent::new_session))});
                   },
                   [&](const SetAgentState& c) { return ofAgent(c.agent, std::string(name(c.state))); },
                   [&](const SignIn& c) { return ofAgent(c.agent, std::string(name(AgentEvent::signed_in))); },
                   [&](const SignOut& c) { return ofAgent(c.agent, std::string(name(AgentEvent::signed_out))); }, [](const auto&) { return Expected(); }},
        *what);
}

bool hasSource(const Gateway& gateway, const Command& command) {
    return std::holds_alternative<audio::Change>(command) ? gateway.audio != nullptr : gateway.telephony != nullptr;
}

}  // namespace deskline::api
