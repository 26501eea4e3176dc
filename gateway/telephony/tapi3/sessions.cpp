// Agent sessions: created here, or found at the switch.
#include <spdlog/spdlog.h>

#include "telephony/tapi3/connection.hpp"
#include "telephony/telephony.hpp"

namespace deskline::telephony {

Result<SessionId> Connection::createSession(const AgentId& agentId, const std::string& groupName,
                                            const std::string& addressName, const std::optional<Secret>& pin) {
    const auto agent = inventory_.agent(agentId);
    if (!agent) return Fault{"agent-unknown", "Agent " + agentId + " is not signed in here."};
    const auto handler = inventory_.handlerOf(agentId);
    const auto group = inventory_.group(groupName, handler);
    const auto address = inventory_.address(addressName, handler);
    if (!address) return noSuchAddress(addressName);
    if (!group) {  // the code that a switch would answer
        const auto code = inventory_.groupRemoved(groupName) ? hresult("TAPI_E_CALLCENTER_GROUP_REMOVED")
                                                             : hresult("LINEERR_INVALAGENTGROUP");
        return com::failed(static_cast<HRESULT>(code), "The list of ACD groups");
    }
    ComPtr<ITAgentSession> session;
    if (pin) {
        com::Bstr text(*pin);
        const HRESULT code =
            agent->CreateSessionWithPIN(group.Get(), address.Get(), text.get(), session.GetAddressOf());
        text.wipe();
        if (FAILED(code)) return com::failed(code, "ITAgent::CreateSessionWithPIN");
    } else if (const HRESULT code = agent->CreateSession(group.Get(), address.Get(), session.GetAddressOf());
               FAILED(code)) {
        return com::failed(code, "ITAgent::CreateSession");
    }
    if (!session) return com::failed(E_POINTER, "ITAgent::CreateSession");
    auto id = meet(session.Get());
    if (id) announce(*id, now());
    return id;
}

Result<SessionId> Connection::meet(ITAgentSession* session) {
    const auto identity = com::identityOf(session);
    if (auto known = inventory_.sessionOf(identity)) return *known;
    const auto removals = inventory_.removals();
    auto value = read(session);
    if (!value) return value.error();
    if (auto id = inventory_.add(session, identity, std::move(*value), removals)) return *id;
    return Fault{"resource-unavailable", "The agent handler of the session went away meanwhile."};
}

Result<AgentSession> Connection::read(ITAgentSession* session) {
    AgentSession value;
    value.agent = agentOf(session);
    ComPtr<ITACDGroup> group;
    ComPtr<ITAddress> address;
    if (const HRESULT code = session->get_ACDGroup(group.GetAddressOf()); FAILED(code))
        return com::failed(code, "ITAgentSession::get_ACDGroup");
    if (const HRESULT code = session->get_Address(address.GetAddressOf()); FAILED(code))
        return com::failed(code, "ITAgentSession::get_Address");
    if (!group || !address) return com::failed(E_POINTER, "ITAgentSession::get_Address");
    if (const auto name = readName(group.Get())) value.acdGroup = *name;
    if (const auto name = readName(address.Get())) value.address = *name;
    AGENT_SESSION_STATE state{};
    if (const HRESULT code = session->get_State(&state); FAILED(code))
        return com::failed(code, "ITAgentSession::get_State");
    value.state = fromTapi(state);
    value.allowedStates = allowedStates(value.state);
    const auto start = readStart(session);
    if (!start)
        spdlog::warn("a session of agent {} tells no start; its id will not outlive the gateway: {}", value.agent,
                     start.error().detail);
    value.startedAt = value.since = start ? *start : now();
    return value;
}

void Connection::announce(const SessionId& id, Time time) {
    if (auto value = inventory_.announce(id))
        report({SessionChanged{id, SessionEvent::new_session, std::move(*value)}, time});
}

}  // namespace deskline::telephony
