// Agents: signed in and signed out.
#include <spdlog/spdlog.h>

#include "telephony/tapi3/connection.hpp"
#include "telephony/telephony.hpp"

namespace deskline::telephony {

using com::Bstr;

Result<bool> Connection::signIn(const AgentId& id, const Credential& credential) {
    const auto handler = inventory_.handler(credential.handler);
    if (!handler && !inventory_.handler(""))
        return Fault{"not-supported",
                     "This host has no agent handler: the service provider has no agent proxy. Run `deskline doctor`."};
    if (!handler) return noSuchHandler(credential.handler);
    ComPtr<ITAgent> object;
    if (credential.asUser) {
        if (const HRESULT code = handler->object->CreateAgent(object.GetAddressOf()); FAILED(code))
            return com::failed(code, "ITAgentHandler::CreateAgent");
    } else {
        Bstr agentId(id), pin(credential.pin);  // never NULL: an empty BSTR stands for no PIN
        const HRESULT code = handler->object->CreateAgentWithID(agentId.get(), pin.get(), object.GetAddressOf());
        pin.wipe();
        if (FAILED(code)) return com::failed(code, "ITAgentHandler::CreateAgentWithID");
    }
    if (!object) return com::failed(E_POINTER, "ITAgentHandler::CreateAgent");
    switch (inventory_.add(id, {object, com::identityOf(object.Get()), handler->name}, handler->object)) {
        case Inventory::Added::known: return false;
        case Inventory::Added::handlerGone:
            return Fault{"resource-unavailable", "The agent handler '" + handler->name + "' went away meanwhile."};
        case Inventory::Added::yes: break;
    }
    if (const auto sessions = sessionsOf(object.Get()))
        for (const auto& session : *sessions)
            if (const auto met = meet(session.Get()); !met)
                spdlog::warn("a session of agent {} could not be read: {}", id, met.error().detail);
    return true;
}

std::optional<Agent> Connection::signedIn(const AgentId& id) {
    const auto object = inventory_.agent(id);
    if (!object) return std::nullopt;
    const auto handler = inventory_.handlerOf(id);
    auto agent = readAgent(object.Get(), handler);
    if (!agent) {  // it is signed in all the same, and events tell its state
        spdlog::warn("agent {} could not be read: {}", id, agent.error().detail);
        noteLoss(agent.error());
        agent = Agent{.handler = handler, .state = AgentState::unknown, .since = now()};
    }
    agent->id = id;
    return *agent;
}

void Connection::announceSessionsOf(const AgentId& agent) {
    for (const auto& [id, state] : inventory_.unannounced(agent)) {
        announce(id, now());
        report({SessionRead{id, state}});
    }
}

Result<void> Connection::signOut(const AgentId& id) {
    std::vector<SessionId> ended;
    std::optional<Fault> refused;
    for (const auto& [session, object] : inventory_.sessionsOf(id)) {
        const HRESULT code = object->put_State(::ASST_SESSION_ENDED);
        AGENT_SESSION_STATE state{};
        if (SUCCEEDED(code) || static_cast<std::uint32_t>(code) == hresult("LINEERR_INVALAGENTID") ||
            (SUCCEEDED(object->get_State(&state)) && state == ::ASST_SESSION_ENDED)) {  // there is none at the switch
            ended.push_back(session);
            continue;
        }
        refused = com::failed(code, "ITAgentSession::put_State");
        refused->detail = "Session " + session + " could not be ended; the agent stays signed in. " + refused->detail;
    }
    if (refused) return *refused;  // the sessions that have ended are told by their events
    inventory_.drop(id, ended);
    return {};
}

AgentId Connection::agentOf(ITAgentSession* session) {
    ComPtr<ITAgent> agent;
    if (FAILED(session->get_Agent(agent.GetAddressOf())) || !agent) return {};
    if (auto known = inventory_.agentOf(com::identityOf(agent.Get())); !known.empty()) return known;
    Bstr text;
    if (SUCCEEDED(agent->get_ID(text.receive())) && !text.text().empty()) return AgentId(text.text());
    return SUCCEEDED(agent->get_User(text.receive())) ? AgentId(text.text()) : AgentId();
}

}  // namespace deskline::telephony
