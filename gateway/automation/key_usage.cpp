#include "automation/key_usage.hpp"

namespace deskline::automation {

void KeyUsage::tick(events::LedgerContext& ledger) {
    for (const auto& [id, at] : authenticator_.takeKeyUses()) uses_[id] = at;
    if (uses_.empty() || ledger.ticks() < next_) return;
    for (const auto& [id, at] : uses_) ledger.records().put("key-use", id, {{"at", toRfc3339(at)}});
    uses_.clear();
    next_ = ledger.ticks() + every;
}

}  // namespace deskline::automation
