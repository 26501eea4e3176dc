#include "automation/key_usage.hpp"

namespace deskline::automation {

void KeyUsage::tick(events::Books& books) {
    for (const auto& [id, at] : authenticator_.takeKeyUses()) uses_[id] = at;
    if (uses_.empty() || books.ticks() < next_) return;
    for (const auto& [id, at] : uses_) books.records().put("key-use", id, {{"at", toRfc3339(at)}});
    uses_.clear();
    next_ = books.ticks() + every;
}

}  // namespace deskline::automation
