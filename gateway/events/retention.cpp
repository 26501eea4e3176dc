#include "events/retention.hpp"

#include <spdlog/spdlog.h>

namespace deskline::events {

Retention::Retention(Journal& journal, Operations& operations, Audit& audit, Steady start)
    : journal_(journal),
      operations_(operations),
      audit_(audit),
      clock_(journal.retentionClock()),
      next_(start + first) {
    audit.keepFor(journal.auditRetention());
}

void Retention::cut(Time wall, Steady steady) {
    if (steady < next_) return;
    next_ = steady + every;
    const auto time = clock_.at(wall, steady);
    operations_.prune(time);
    audit_.prune(time);
    const bool more = journal_.prune(milliseconds(time), clock_.text());
    if (more || audit_.more()) next_ = steady + again;
}

Retention::Sizes Retention::sizes() {
    const Sizes sizes{journal_.database().bytesOf("events"), journal_.database().bytesOf("audit")};
    const auto bound = journal_.auditRetention().bytes;
    if (sizes.audit > bound - bound / 5 && !std::exchange(warned_, true))
        spdlog::warn(
            "the audit takes {} of the {} bytes that [journal] audit_retention_size gives it; beyond it the oldest "
            "entries go",
            sizes.audit, bound);
    if (sizes.audit < bound / 2) warned_ = false;
    return sizes;
}

}  // namespace deskline::events
