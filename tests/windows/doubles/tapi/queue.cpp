#include "doubles/tapi/queue.hpp"

#include <fmt/format.h>

#include "doubles/rules/apartment.hpp"
#include "doubles/simulation.hpp"
#include "doubles/tapi/results.hpp"
#include "doubles/tapi/world.hpp"

namespace deskline::doubles::tapi {

HRESULT QueueObject::put_MeasurementPeriod(__LONG32 period) {
    called(fmt::format("ITQueue::put_MeasurementPeriod({})", period));
    return hr(world().acd.setMeasurementPeriod(name, period));
}

HRESULT QueueObject::get_Name(BSTR* out) { return removed() ? hr(queueRemoved) : give(name, out); }

bool QueueObject::removed() const { return world().acd.queueRemoved(name); }

HRESULT QueueObject::figure(std::int64_t QueueStatistics::*which, __LONG32* out) {
    if (const auto code = world().acd.faults().pass("ITQueue", name)) return hr(code);
    const auto queue = world().acd.queue(name);
    return !queue || removed() ? hr(queueRemoved) : give(queue->statistics.*which, out);
}

Registry<QueueObject>& queues() {
    static Registry<QueueObject> all;
    return all;
}

}  // namespace deskline::doubles::tapi
