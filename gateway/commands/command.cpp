#include "commands/command.hpp"

#include "model/overloaded.hpp"

namespace deskline::commands {

using namespace telephony;

std::string describe(const Command& command) {
    return std::visit(Overloaded{[](const telephony::Command& c) { return telephony::describe(c); },
                                 [](const SetPendingState& c) {
                                     return (c.state ? "pending " + std::string(name(*c.state))
                                                     : std::string("withdrawal of the pending state")) +
                                            " of session " + c.session;
                                 },
                                 [&](const audio::Change&) { return "a change of " + objectOf(command).text(); }},
                      command);
}

ObjectRef objectOf(const Command& command) {
    const auto session = [](const auto& c) { return ObjectRef{Kind::agent_session, c.session}; };
    const Overloaded ofTelephony{[&](const SetSessionState& c) { return session(c); },
                                 [&](const ReadSession& c) { return session(c); },
                                 [](const auto& c) {
                                     return ObjectRef{Kind::agent, c.agent};
                                 }};
    return std::visit(Overloaded{[&](const telephony::Command& c) { return std::visit(ofTelephony, c); },
                                 [&](const SetPendingState& c) { return session(c); },
                                 [](const audio::Change& c) { return c.object; }},
                      command);
}

AgentId agentOf(const Command& command, const events::State& state) {
    const auto object = objectOf(command);
    if (object.kind == Kind::agent) return AgentId(object.id);
    const auto* session = object.kind == Kind::agent_session ? state.session(SessionId(object.id)) : nullptr;
    return session ? session->agent : AgentId();
}

std::optional<events::Expectation> expectation(const Command& command, const events::State& state) {
    const auto* what = std::get_if<telephony::Command>(&command);
    if (!what) return std::nullopt;
    using Expected = std::optional<events::Expectation>;
    const auto ofAgent = [](const AgentId& agent, std::string event) {
        return Expected({Kind::agent, agent, agent, std::move(event)});
    };
    return std::visit(
        Overloaded{[](const SetSessionState& c) {
                       return Expected({Kind::agent_session, c.session, "", std::string(name(eventInto(c.state)))});
                   },
                   [&](const CreateSession& c) {
                       return Expected({Kind::agent_session, "", c.agent, std::string(name(SessionEvent::new_session)),
                                        state.groupName(c.acdGroup)});
                   },
                   [&](const SetAgentState& c) { return ofAgent(c.agent, std::string(name(c.state))); },
                   [&](const SignIn& c) { return ofAgent(c.agent, std::string(name(AgentEvent::signed_in))); },
                   [&](const SignOut& c) { return ofAgent(c.agent, std::string(name(AgentEvent::signed_out))); },
                   [](const auto&) { return Expected(); }},
        *what);
}

}  // namespace deskline::commands
