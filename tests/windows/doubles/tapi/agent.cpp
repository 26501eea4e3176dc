#include "doubles/tapi/agent.hpp"

#include <fmt/format.h>

#include "doubles/rules/apartment.hpp"
#include "doubles/simulation.hpp"
#include "doubles/tapi/address.hpp"
#include "doubles/tapi/enumeration.hpp"
#include "doubles/tapi/group.hpp"
#include "doubles/tapi/session.hpp"
#include "doubles/tapi/world.hpp"

namespace deskline::doubles::tapi {

using com::ComPtr;

HRESULT AgentObject::EnumerateAgentSessions(IEnumAgentSession** out) {
    called("ITAgent::EnumerateAgentSessions");
    std::vector<ComPtr<ITAgentSession>> items;
    for (const auto& session : world().acd.sessions())
        if (session.agent == id && session.state != SessionState::session_ended)
            items.emplace_back(sessions().get(session.id));
    return enumerate(std::move(items), out);
}

HRESULT AgentObject::CreateSession(ITACDGroup* group, ITAddress* address, ITAgentSession** out) {
    const Inside inside;
    called(fmt::format("ITAgent::CreateSession agent={}", id));
    return create(group, address, nullptr, out);
}

HRESULT AgentObject::CreateSessionWithPIN(ITACDGroup* group, ITAddress* address, BSTR pin, ITAgentSession** out) {
    called(fmt::format("ITAgent::CreateSessionWithPIN agent={}", id));
    if (!pin) return E_INVALIDARG;
    const auto given = text(pin);
    return create(group, address, &given, out);
}

HRESULT AgentObject::get_User(BSTR* out) {
    const auto agent = world().acd.agent(id);
    return give(agent ? agent->user : id, out);
}

HRESULT AgentObject::put_State(AGENT_STATE state) {
    const Inside inside;
    called(fmt::format("ITAgent::put_State({}) agent={}", static_cast<int>(state), id));
    const auto wanted = wordOf(agentStates, state);
    return hr(world().acd.setAgentState(id, wanted ? static_cast<int>(*wanted) : -1));
}

HRESULT AgentObject::get_State(AGENT_STATE* out) {
    const auto agent = world().acd.agent(id);
    *out = numberOf(agentStates, agent ? agent->state : AgentState::unknown);
    return S_OK;
}

HRESULT AgentObject::put_MeasurementPeriod(__LONG32 period) {
    called(fmt::format("ITAgent::put_MeasurementPeriod({})", period));
    return hr(world().acd.setMeasurementPeriod(id, period));
}

HRESULT AgentObject::get_OverallCallRate(CURRENCY* out) {
    const auto agent = world().acd.agent(id);
    return agent ? give(agent->statistics.callsPerHour, out) : E_FAIL;
}

HRESULT AgentObject::create(ITACDGroup* group, ITAddress* address, const std::string* pin, ITAgentSession** out) {
    if (!group || !address) return E_INVALIDARG;
    if (!out) return E_POINTER;
    std::string session;
    if (const auto code = world().acd.createSession(id, static_cast<GroupObject*>(group)->name,
                                                    static_cast<AddressObject*>(address)->name, pin, session))
        return hr(code);
    return ComPtr<ITAgentSession>(sessions().get(session)).CopyTo(out);
}

HRESULT AgentObject::figure(std::int64_t AgentStatistics::*which, __LONG32* out) {
    const auto agent = world().acd.agent(id);
    return agent ? give(agent->statistics.*which, out) : E_FAIL;
}

Registry<AgentObject>& agents() {
    static Registry<AgentObject> all;
    return all;
}

}  // namespace deskline::doubles::tapi
