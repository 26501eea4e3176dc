#include "api/commands.hpp"
#include "api/lists.hpp"
#include "api/resources.hpp"

namespace deskline::api {
namespace {

struct SignInBody {
    std::optional<std::string> handler, pin;
};
BOOST_DESCRIBE_STRUCT(SignInBody, (), (handler, pin))

struct AgentStateBody {
    AgentState state;
};
BOOST_DESCRIBE_STRUCT(AgentStateBody, (), (state))

// What a caller may not do to this agent: 404 where it may not even see it.
std::optional<Fault> refused(const Gateway& gateway, const Request& request, identity::Action action) {
    const auto& agent = request.parameters[0];
    if (identity::may(request.identity, action, agent, gateway.agentsMayControlAudio)) return std::nullopt;
    if (!sees(request.identity, agent)) return notFound("agent");
    return Fault{"forbidden", "The role " + std::string(name(request.identity.role)) + " may not do this to agent " + agent + "."};
}

}  // namespace

void listAgents(Gateway& gateway, Request request, Respond respond) {
    list(
        gateway, request, std::move(respond), [](const events::State& s) -> auto& { return s.agents; },
        [identity = request.identity](const events::State&, const Agent& agent) { return sees(identity, agent.id); });
}

void getAgent(Gateway& gateway, Request request, Respond respond) {
    single(
        gateway, request, std::move(respond), "agent", [](const events::State& s, const std::string& id) { return at(s.agents, id); },
        [identity = request.identity](const events::State&, const Agent& agent) { return sees(identity, agent.id); });
}

void signInAgent(Gateway& gateway, Request request, Respond respond) {
    if (const auto fault = refused(gateway, request, identity::Action::sign_in_agent)) return respond(problem(*fault, request.requestId));
    auto body = parseBody<SignInBody>(request);
    if (!body) return respond(problem(body.error(), request.requestId));
    request.body.clear();  // it holds the PIN
    const auto id = request.parameters[0];
    command(gateway, std::move(request), std::move(respond), [id, body = std::move(*body)](const events::State& state) -> Result<Plan> {
        const int status = state.agents.contains(id) ? 200 : 201;
        return Plan{telephony::Command(telephony::SignIn{body.handler.value_or(""), id, body.pin}),
                    [status](const events::Settled& settled, const events::State& now) { return agentAnswer(settled, now, status); }};
    });
}

void signOutAgent(Gateway& gateway, Request request, Respond respond) {
    if (const auto fault = refused(gateway, request, identity::Action::sign_in_agent)) return respond(problem(*fault, request.requestId));
    const auto id = request.parameters[0];
    command(gateway, std::move(request), std::move(respond), [id](const events::State& state) -> Result<Plan> {
        if (!state.agents.contains(id)) return notFound("agent");
        return Plan{telephony::Command(telephony::SignOut{id}),
                    [](const events::Settled& settled, const events::State& now) { return agentAnswer(settled, now); }};
    });
}

void putAgentState(Gateway& gateway, Request request, Respond respond) {
    if (const auto fault = refused(gateway, request, identity::Action::control_agent)) return respond(problem(*fault, request.requestId));
    const auto body = parseBody<AgentStateBody>(request);
    if (!body) return respond(problem(body.error(), request.requestId));
    const auto id = request.parameters[0];
    command(gateway, std::move(request), std::move(respond), [id, state = body->state](const events::State& known) -> Result<Plan> {
        if (!known.agents.contains(id)) return notFound("agent");
        return Plan{telephony::Command(telephony::SetAgentState{id, state}),
                    [](const events::Settled& settled, const events::State& now) { return agentAnswer(settled, now); }};
    });
}

}  // namespace deskline::api
