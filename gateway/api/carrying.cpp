#include "api/carrying.hpp"

namespace deskline::api {
namespace {

using namespace telephony;

template <class... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

Result<std::string> objectIn(const auto& outcome) {
    if (!outcome) return outcome.error();
    return Result<std::string>(boost::system::in_place_value, outcome->object);
}

}  // namespace

void carryOut(Gateway& gateway, events::Books& books, Command what, events::Cause cause, events::Answer answer) {
    const auto id = gateway.ledger.nextCommand();
    books.begin(id, {std::move(cause), expectation(what), objectOf(what)});
    const auto done = [&gateway, id, answer = std::move(answer)](const auto& outcome) {
        gateway.ledger.settle(id, objectIn(outcome), outcome && outcome->eventExpected, answer);
    };
    books.afterCommit([&gateway, id, what = std::move(what), done] {
        if (const auto* change = std::get_if<audio::Change>(&what))
            gateway.audio->perform(id, *change, done);
        else
            gateway.telephony->perform(std::get<telephony::Command>(what), done);
    });
}

std::string describe(const Command& command) {
    const auto* change = std::get_if<audio::Change>(&command);
    return change ? "a change of " + objectOf(command) : telephony::describe(std::get<telephony::Command>(command));
}

std::string objectOf(const Command& command) {
    if (const auto* change = std::get_if<audio::Change>(&command))
        return (change->kind == audio::Kind::device ? "/audio/devices/" : "/audio/sessions/") + change->object;
    return std::visit(
        Overloaded{[](const SetSessionState& c) { return "/sessions/" + c.session; }, [](const ReadSession& c) { return "/sessions/" + c.session; },
                   [](const SetMeasurementPeriod& c) { return c.object; }, [](const auto& c) { return "/agents/" + c.agent; }},
        std::get<telephony::Command>(command));
}

std::string agentOf(const Command& command, const events::State& state) {
    const auto* what = std::get_if<telephony::Command>(&command);
    if (!what) return {};
    return std::visit(Overloaded{[&](const SetSessionState& c) {
                                     const auto* session = state.session(c.session);
                                     return session ? session->agent : std::string();
                                 },
                                 [](const ReadSession&) { return std::string(); }, [](const SetMeasurementPeriod&) { return std::string(); },
                                 [](const auto& c) { return c.agent; }},
                      *what);
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
