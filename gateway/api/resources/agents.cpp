#include "api/caller_command.hpp"
#include "api/paging.hpp"
#include "api/resources/resources.hpp"

namespace deskline::api {
namespace {

// What a caller may not do to this agent. Of one who is not signed in nobody knows the groups.
std::optional<Fault> refusedAgent(const Context& context, const identity::Identity& caller, const events::State& state,
                                  const AgentId& agent) {
    return refused(context, caller, Resource::agents, events::ownershipOfAgent(state, agent), Kind::agent,
                   "You may see agent " + agent + " but not sign it in or out or set its state.");
}

}  // namespace

void signInAgent(Context& context, Request request, Respond respond) {
    auto body = parseBody<SignInBody>(request);
    if (!body) return respond(problem(body.error(), request.requestId));
    const AgentId id(request.parameters[0]);
    const auto caller = request.identity;
    command(context, std::move(request), std::move(respond),
            [&context, caller, id, body = std::move(*body)](const events::State& state) -> Result<Plan> {
                if (auto fault = refusedAgent(context, caller, state, id)) return *fault;
                const int status = state.all<Agent>().contains(id) ? 200 : 201;
                return Plan{telephony::Command(telephony::SignIn{body.handler.value_or(""), id, body.pin}),
                            [status](const events::CommandOutcome& settled, const events::State& now) {
                                return answerWithStatus<Agent>(settled, now, status);
                            }};
            });
}

void signOutAgent(Context& context, Request request, Respond respond) {
    const AgentId id(request.parameters[0]);
    const auto caller = request.identity;
    command(context, std::move(request), std::move(respond),
            [&context, caller, id](const events::State& state) -> Result<Plan> {
                if (auto fault = refusedAgent(context, caller, state, id)) return *fault;
                if (!state.all<Agent>().contains(id)) return notFound(Kind::agent);
                return Plan{telephony::Command(telephony::SignOut{id}), answerWith<Agent>};
            });
}

void putAgentState(Context& context, Request request, Respond respond) {
    const auto body = parseBody<AgentStateBody>(request);
    if (!body) return respond(problem(body.error(), request.requestId));
    const AgentId id(request.parameters[0]);
    const auto caller = request.identity;
    command(context, std::move(request), std::move(respond),
            [&context, caller, id, state = body->state](const events::State& known) -> Result<Plan> {
                if (auto fault = refusedAgent(context, caller, known, id)) return *fault;
                if (!known.all<Agent>().contains(id)) return notFound(Kind::agent);
                return Plan{telephony::Command(telephony::SetAgentState{id, state}), answerWith<Agent>};
            });
}

}  // namespace deskline::api
