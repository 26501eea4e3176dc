// A fake of ITAgentSession: an agent's session at the switch, its state and figures. The client's threads call it.
// What a client that takes an object's address for its identity gets wrong, it brings about: a session's memory is used
// again by the next one, and events may bring a second object that stands for the same session.
#pragma once
#include <string>

#include "doubles/rules/object.hpp"
#include "doubles/tapi/numbers.hpp"
#include "doubles/tapi/registry.hpp"

namespace deskline::doubles::tapi {

class SessionObject final : public TapiObject<Automation<ITAgentSession>> {
public:
    explicit SessionObject(std::string id, bool second = false);
    const std::string id;
    static long second();  // how many second objects live

    // The place of the one that went last is the next one's, as an allocator may have it.
    static void* operator new(std::size_t size);
    static void operator delete(void* place);

    HRESULT WINAPI get_Agent(ITAgent** out) override;
    HRESULT WINAPI get_Address(ITAddress** out) override;
    HRESULT WINAPI get_ACDGroup(ITACDGroup** out) override;
    HRESULT WINAPI put_State(AGENT_SESSION_STATE state) override;
    HRESULT WINAPI get_State(AGENT_SESSION_STATE* out) override;
    HRESULT WINAPI get_SessionStartTime(DATE* out) override;  // the host's local time, as Automation's dates are
    HRESULT WINAPI get_SessionDuration(__LONG32* out) override {
        return figure(&SessionStatistics::durationSeconds, out);
    }
    HRESULT WINAPI get_NumberOfCalls(__LONG32* out) override { return figure(&SessionStatistics::calls, out); }
    HRESULT WINAPI get_TotalTalkTime(__LONG32* out) override { return figure(&SessionStatistics::talkSeconds, out); }
    HRESULT WINAPI get_AverageTalkTime(__LONG32* out) override {
        return figure(&SessionStatistics::averageTalkSeconds, out);
    }
    HRESULT WINAPI get_TotalCallTime(__LONG32* out) override { return figure(&SessionStatistics::callSeconds, out); }
    HRESULT WINAPI get_AverageCallTime(__LONG32* out) override {
        return figure(&SessionStatistics::averageCallSeconds, out);
    }
    HRESULT WINAPI get_TotalWrapUpTime(__LONG32* out) override {
        return figure(&SessionStatistics::wrapUpSeconds, out);
    }
    HRESULT WINAPI get_AverageWrapUpTime(__LONG32* out) override {
        return figure(&SessionStatistics::averageWrapUpSeconds, out);
    }
    HRESULT WINAPI get_ACDCallRate(CURRENCY* out) override;
    HRESULT WINAPI get_LongestTimeToAnswer(__LONG32* out) override {
        return figure(&SessionStatistics::longestAnswerSeconds, out);
    }
    HRESULT WINAPI get_AverageTimeToAnswer(__LONG32* out) override {
        return figure(&SessionStatistics::averageAnswerSeconds, out);
    }

private:
    ~SessionObject() override;
    HRESULT figure(std::int64_t SessionStatistics::*which, __LONG32* out);
    const bool second_;
};

Registry<SessionObject>& sessions();  // by the switch's id
com::ComPtr<ITAgentSession> sessionOfEvent(
    const std::string& id);  // the one, or a second object where that is asked for

}  // namespace deskline::doubles::tapi
