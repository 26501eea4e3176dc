// A fake of ITAgent: an agent who is signed in at the switch, with state, figures and sessions. The client's threads
// call it.
#pragma once
#include <string>

#include "doubles/rules/object.hpp"
#include "doubles/tapi/numbers.hpp"
#include "doubles/tapi/registry.hpp"
#include "doubles/tapi/results.hpp"

namespace deskline::doubles::tapi {

class AgentObject final : public TapiObject<Automation<ITAgent>> {
public:
    explicit AgentObject(std::string given) : id(std::move(given)) {}
    const std::string id;

    HRESULT WINAPI EnumerateAgentSessions(IEnumAgentSession** out) override;  // those that have not ended
    HRESULT WINAPI CreateSession(ITACDGroup* group, ITAddress* address, ITAgentSession** out) override;
    HRESULT WINAPI CreateSessionWithPIN(ITACDGroup* group, ITAddress* address, BSTR pin, ITAgentSession** out) override;
    HRESULT WINAPI get_ID(BSTR* out) override { return give(id, out); }
    HRESULT WINAPI get_User(BSTR* out) override;
    HRESULT WINAPI put_State(AGENT_STATE state) override;
    HRESULT WINAPI get_State(AGENT_STATE* out) override;
    HRESULT WINAPI put_MeasurementPeriod(__LONG32 period) override;
    HRESULT WINAPI get_MeasurementPeriod(__LONG32* out) override {
        return figure(&AgentStatistics::measurementPeriodSeconds, out);
    }
    HRESULT WINAPI get_OverallCallRate(CURRENCY* out) override;
    HRESULT WINAPI get_NumberOfACDCalls(__LONG32* out) override { return figure(&AgentStatistics::acdCalls, out); }
    HRESULT WINAPI get_NumberOfIncomingCalls(__LONG32* out) override {
        return figure(&AgentStatistics::incomingCalls, out);
    }
    HRESULT WINAPI get_NumberOfOutgoingCalls(__LONG32* out) override {
        return figure(&AgentStatistics::outgoingCalls, out);
    }
    HRESULT WINAPI get_TotalACDTalkTime(__LONG32* out) override {
        return figure(&AgentStatistics::acdTalkSeconds, out);
    }
    HRESULT WINAPI get_TotalACDCallTime(__LONG32* out) override {
        return figure(&AgentStatistics::acdCallSeconds, out);
    }
    HRESULT WINAPI get_TotalWrapUpTime(__LONG32* out) override { return figure(&AgentStatistics::wrapUpSeconds, out); }
    HRESULT WINAPI get_AgentSessions(VARIANT*) override { return E_NOTIMPL; }

private:
    HRESULT create(ITACDGroup* group, ITAddress* address, const std::string* pin, ITAgentSession** out);
    HRESULT figure(std::int64_t AgentStatistics::*which, __LONG32* out);
};

Registry<AgentObject>& agents();  // by id

}  // namespace deskline::doubles::tapi
