#include "events/audit_limits.hpp"

#include <utility>

namespace deskline::events {

bool AuditLimits::Allowance::take(Clock::time_point time) {
    if (bucket.take(time)) return true;
    ++rest;
    return false;
}

AuditLimits::Allowance& AuditLimits::ofStrangers(const std::string& kind, Clock::time_point time) {
    const bool room = strangers_.size() < mostKinds || strangers_.contains(kind);
    return strangers_.try_emplace(room ? kind : "", strangersAtOnce, time).first->second;
}

bool AuditLimits::allows(const std::string& account, const std::string& kind, Clock::time_point time) {
    const std::lock_guard lock(mutex_);
    const bool room = accounts_.size() < mostAccounts || accounts_.contains(account);
    if (account.empty() || !room) return ofStrangers(kind, time).take(time);
    return accounts_.try_emplace(account, accountAtOnce, time).first->second.take(time);
}

void AuditLimits::passedOver() {
    const std::lock_guard lock(mutex_);
    ++passedOver_;
}

std::vector<AuditLimits::Rest> AuditLimits::takeRests(Clock::time_point time) {
    const std::lock_guard lock(mutex_);
    std::vector<Rest> rests;
    auto strangers = std::exchange(passedOver_, 0);
    for (auto& [kind, allowance] : strangers_) strangers += std::exchange(allowance.rest, 0);
    if (strangers) rests.push_back({"", strangers});
    for (auto next = accounts_.begin(); next != accounts_.end();) {
        auto& [account, own] = *next;
        if (const auto count = std::exchange(own.rest, 0)) rests.push_back({account, count});
        next = own.bucket.full(time) ? accounts_.erase(next) : std::next(next);  // as good as new
    }
    return rests;
}

std::size_t AuditLimits::accounts() const {
    const std::lock_guard lock(mutex_);
    return accounts_.size();
}

void AuditRests::tick(LedgerContext& ledger) {
    if (ledger.ticks() < next_) return;
    next_ = ledger.ticks() + every;
    for (const auto& [account, count] : limits_.takeRests(ledger.ticks()))
        ledger.audit().add(
            {.time = ledger.now(),
             .actor = account,
             .action = "refused attempts",
             .outcome = "counted",
             .detail = "and " + std::to_string(count) + " more were refused, beyond as many as become entries"});
}

}  // namespace deskline::events
