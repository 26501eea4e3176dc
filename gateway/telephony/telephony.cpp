#include "telephony/telephony.hpp"

#include "model/overloaded.hpp"
#include "model/text.hpp"

namespace deskline::telephony {

std::string laneOf(const Command& command) {
    return std::visit(Overloaded{[](const SetSessionState& c) { return "session " + c.session; },
                                 [](const ReadSession& c) { return "session " + c.session; },
                                 [](const auto& c) { return "agent " + c.agent; }},
                      command);
}

std::string describe(const Command& command) {
    return std::visit(
        Overloaded{
            [](const SignIn& c) { return "sign-in of agent " + c.agent; },
            [](const SignOut& c) { return "sign-out of agent " + c.agent; },
            [](const SetAgentState& c) { return "put_State(" + std::string(name(c.state)) + ") of agent " + c.agent; },
            [](const CreateSession& c) { return "CreateSession of agent " + c.agent + " in " + printable(c.acdGroup); },
            [](const SetSessionState& c) {
                return "put_State(" + std::string(name(c.state)) + ") of session " + c.session;
            },
            [](const ReadSession& c) { return "get_State of session " + c.session; }},
        command);
}

Fault noSuchHandler(const std::string& wanted) {
    return {.slug = "invalid-argument",
            .detail = "There is no agent handler '" + wanted + "'.",
            .errors = {{"/handler", "names no agent handler"}}};
}

Fault noSuchAddress(const std::string& wanted) {
    return {.slug = "invalid-argument",
            .detail = "There is no address '" + wanted + "'; see /addresses.",
            .errors = {{"/address", "names no usable address"}}};
}

}  // namespace deskline::telephony
