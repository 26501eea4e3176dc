#include "api/caller_command.hpp"
#include "api/paging.hpp"
#include "api/resources/resources.hpp"

namespace deskline::api {
namespace {

bool matches(const Request& request, const char* key, const std::string& value) {
    const auto wanted = request.query.find(key);
    return wanted == request.query.end() || wanted->second == value;
}

void listFiltered(Context& context, Request request, Respond respond, const AgentId& agent) {
    listWhere<AgentSession>(context, request, std::move(respond), [request, agent](const AgentSession& session) {
        return (agent.empty() || session.agent == agent) && matches(request, "agent", session.agent) &&
               matches(request, "acdGroup", session.acdGroup) &&
               matches(request, "state", std::string(name(session.state)));
    });
}

// The session, if the caller may see and control it.
Result<const AgentSession*> controlled(const Context& context, const identity::Identity& identity,
                                       const events::State& known, const SessionId& id) {
    const auto* session = known.session(id);
    if (!session) return notFound(Kind::agent_session);
    if (auto fault = refused(context, identity, Resource::sessions, events::ownershipOf(known, *session),
                             Kind::agent_session, "This session may be seen but not controlled by you."))
        return *fault;
    return session;
}

bool hasCall(const AgentSession& session) {
    return session.state == SessionState::busy_on_call || session.state == SessionState::busy_wrapup;
}

void setState(Context& context, Request request, Respond respond, SessionStateBody body) {
    const SessionId id(request.parameters[0]);
    const auto identity = request.identity;
    command(context, std::move(request), std::move(respond),
            [&context, id, identity, body = std::move(body)](const events::State& known) -> Result<Plan> {
                const auto session = controlled(context, identity, known, id);
                if (!session) return session.error();
                if (body.when == When::after_call && hasCall(**session))
                    return Plan{commands::SetPendingState{id, body.state}, answerWith<AgentSession>, body.reason};
                return Plan{telephony::Command(telephony::SetSessionState{id, body.state}), answerWith<AgentSession>,
                            body.reason};
            });
}

}  // namespace

void listSessions(Context& context, Request request, Respond respond) {
    if (const auto state = request.query.find("state");
        state != request.query.end() && !named<SessionState>(state->second))
        return respond(problem({"invalid-argument",
                                "?state names no session state.",
                                {},
                                {},
                                false,
                                {{"?state", "must be one of not-ready, ready, busy-on-call, busy-wrapup"}}},
                               request.requestId));
    listFiltered(context, std::move(request), std::move(respond), "");
}

void listSessionsOfAgent(Context& context, Request request, Respond respond) {
    const AgentId agent(request.parameters[0]);
    context.ledger.query([&context, request = std::move(request), respond = std::move(respond), agent](
                             const events::State& state, const std::string&) mutable {
        const auto known = state.all<Agent>().find(agent);
        if (known == state.all<Agent>().end()) return respond(problem(notFound(Kind::agent), request.requestId));
        if (!events::sees(context.policy.visibility(request.identity), state, known->second))
            return respond(problem(withheld(notFound(Kind::agent)), request.requestId));
        listFiltered(context, std::move(request), std::move(respond), agent);
    });
}

void createSession(Context& context, Request request, Respond respond) {
    auto body = parseBody<CreateSessionBody>(request);
    if (!body) return respond(problem(body.error(), request.requestId));
    const AgentId agent(request.parameters[0]);
    const auto caller = request.identity;
    command(context, std::move(request), std::move(respond),
            [&context, caller, body = std::move(*body), agent](const events::State& state) -> Result<Plan> {
                if (auto fault = refused(context, caller, Resource::sessions, events::ownershipOfAgent(state, agent),
                                         Kind::agent, "You may not open sessions for agent " + agent + "."))
                    return *fault;
                if (!state.all<Agent>().contains(agent))
                    return Fault{"not-found", "Agent " + agent + " is not signed in; PUT /agents/" + agent + " first."};
                if (!context.policy.visibility(caller).sees(Kind::acd_group, {{}, {state.groupName(body.acdGroup)}}))
                    return withheld({"group-unknown", "There is no ACD group " + body.acdGroup + "."});
                return Plan{telephony::Command(telephony::CreateSession{agent, body.acdGroup, body.address, body.pin}),
                            [&context](const events::CommandOutcome& settled, const events::State& now) {
                                auto response = answerWithStatus<AgentSession>(settled, now, 201);
                                response.headers.emplace_back("Location",
                                                              context.basePath + "/api/v1/sessions/" + *settled.object);
                                return response;
                            }};
            });
}

void putSessionState(Context& context, Request request, Respond respond) {
    auto body = parseBody<SessionStateBody>(request);
    if (!body) return respond(problem(body.error(), request.requestId));
    if (body->state == SessionState::unknown)
        return respond(problem({"invalid-argument",
                                "/state unknown cannot be set.",
                                {},
                                {},
                                false,
                                {{"/state", "must be one of not-ready, ready, busy-wrapup, session-ended"}}},
                               request.requestId));
    if (const auto fault = context.reasons.check(body->state, body->reason))
        return respond(problem(*fault, request.requestId));
    setState(context, std::move(request), std::move(respond), std::move(*body));
}

void endSession(Context& context, Request request, Respond respond) {
    setState(context, std::move(request), std::move(respond), {SessionState::session_ended, {}, {}});
}

void withdrawPendingState(Context& context, Request request, Respond respond) {
    const SessionId id(request.parameters[0]);
    const auto identity = request.identity;
    command(context, std::move(request), std::move(respond),
            [&context, id, identity](const events::State& known) -> Result<Plan> {
                const auto session = controlled(context, identity, known, id);
                if (!session) return session.error();
                if (!(*session)->pendingState) return Fault{"not-found", "This session has no pending state."};
                return Plan{commands::SetPendingState{id, std::nullopt}, answerWith<AgentSession>};
            });
}

}  // namespace deskline::api
