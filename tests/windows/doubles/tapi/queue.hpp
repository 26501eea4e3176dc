// A fake of ITQueue: a queue of the switch and its figures. The client's threads call it. A queue that the switch
// removed answers TAPI_E_CALLCENTER_QUEUE_REMOVED to everything but its period.
#pragma once
#include <string>

#include "doubles/rules/object.hpp"
#include "doubles/tapi/numbers.hpp"
#include "doubles/tapi/registry.hpp"

namespace deskline::doubles::tapi {

class QueueObject final : public TapiObject<Automation<ITQueue>> {
public:
    explicit QueueObject(std::string given) : name(std::move(given)) {}
    const std::string name;

    HRESULT WINAPI put_MeasurementPeriod(__LONG32 period) override;
    HRESULT WINAPI get_MeasurementPeriod(__LONG32* out) override {
        return figure(&QueueStatistics::measurementPeriodSeconds, out);
    }
    HRESULT WINAPI get_TotalCallsQueued(__LONG32* out) override { return figure(&QueueStatistics::queued, out); }
    HRESULT WINAPI get_CurrentCallsQueued(__LONG32* out) override { return figure(&QueueStatistics::waiting, out); }
    HRESULT WINAPI get_TotalCallsAbandoned(__LONG32* out) override { return figure(&QueueStatistics::abandoned, out); }
    HRESULT WINAPI get_TotalCallsFlowedIn(__LONG32* out) override { return figure(&QueueStatistics::flowedIn, out); }
    HRESULT WINAPI get_TotalCallsFlowedOut(__LONG32* out) override { return figure(&QueueStatistics::flowedOut, out); }
    HRESULT WINAPI get_LongestEverWaitTime(__LONG32* out) override {
        return figure(&QueueStatistics::longestEverWaitSeconds, out);
    }
    HRESULT WINAPI get_CurrentLongestWaitTime(__LONG32* out) override {
        return figure(&QueueStatistics::longestWaitSeconds, out);
    }
    HRESULT WINAPI get_AverageWaitTime(__LONG32* out) override {
        return figure(&QueueStatistics::averageWaitSeconds, out);
    }
    HRESULT WINAPI get_FinalDisposition(__LONG32* out) override {
        return figure(&QueueStatistics::finalDisposition, out);
    }
    HRESULT WINAPI get_Name(BSTR* out) override;

private:
    bool removed() const;
    HRESULT figure(std::int64_t QueueStatistics::*which, __LONG32* out);
};

Registry<QueueObject>& queues();  // by name

}  // namespace deskline::doubles::tapi
