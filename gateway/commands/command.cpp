#include "commands/command.hpp"

#include "model/overloaded.hpp"

namespace deskline::commands {

using namespace telephony;

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

std::optional<events::Expectation> expectation(const Command& command, const events::State& state) {
    const auto* what = std::get_if<telephony::Command>(&command);
    if (!what) return std::nullopt;
    using Expected = std::optional<events::Expectation>;
    const auto ofAgent = [](const std::string& agent, std::string event) { return Expected({"deskline.agent", "/agents/" + agent, agent, std::move(event)}); };
    return std::visit(
        Overloaded{[](const SetSessionState& c) {
                       return Expected({"deskline.agent-session", "/sessions/" + c.session, "", std::string(name(eventInto(c.state)))});
                   },
                   [&](const CreateSession& c) {
                       return Expected({"deskline.agent-session", "", c.agent, std::string(name(SessionEvent::new_session)), state.groupName(c.acdGroup)});
                   },
                   [&](const SetAgentState& c) { return ofAgent(c.agent, std::string(name(c.state))); },
                   [&](const SignIn& c) { return ofAgent(c.agent, std::string(name(AgentEvent::signed_in))); },
                   [&](const SignOut& c) { return ofAgent(c.agent, std::string(name(AgentEvent::signed_out))); }, [](const auto&) { return Expected(); }},
        *what);
}

}  // namespace deskline::commands
