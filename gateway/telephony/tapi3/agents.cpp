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

void Connection::announceSessionsOf(const AgentId& agent) {
    for (const auto& [id, state] : inventory_.unannounced(agent)) {
        announce(id, now());
        report({SessionRead{id, state}});
    }
}

void Connection::signOut(const AgentId& id) {
    const auto open = inventory_.sessionsOf(id);
    std::vector<SessionId> ended;
    for (const auto& [session, object] : open) {
        ended.push_back(session);
        if (const HRESULT code = object->put_State(::ASST_SESSION_ENDED); FAILED(code))
            spdlog::warn("session {} of agent {}: {}", session, id,
                         com::failed(code, "ITAgentSession::put_State").detail);
    }
    inventory_.drop(id, ended);
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
