#include "events/audit_limits.hpp"

#include <algorithm>
#include <utility>

namespace deskline::events {

void AuditLimits::Allowance::fill(double most, Clock::time_point time) {
    if (time <= at) return;
    left = std::min(most, left + std::chrono::duration<double>(time - at).count() * perMinute / 60);
    at = time;
}

bool AuditLimits::Allowance::take() {
    if (left < 1) {
        ++rest;
        return false;
    }
    left -= 1;
    return true;
}

AuditLimits::Allowance& AuditLimits::ofStrangers(const std::string& kind, Clock::time_point time) {
    const bool room = strangers_.size() < mostKinds || strangers_.contains(kind);
    auto& allowance = strangers_.try_emplace(room ? kind : "", Allowance{strangersAtOnce, time}).first->second;
    allowance.fill(strangersAtOnce, time);
    return allowance;
}

bool AuditLimits::allows(const std::string& account, const std::string& kind, Clock::time_point time) {
    const std::lock_guard lock(mutex_);
    if (account.empty()) return ofStrangers(kind, time).take();
    const auto known = accounts_.find(account);
    if (known == accounts_.end() && accounts_.size() >= mostAccounts) return ofStrangers(kind, time).take();
    auto& own = known == accounts_.end() ? accounts_.emplace(account, Allowance{accountAtOnce, time}).first->second
                                         : known->second;
    own.fill(accountAtOnce, time);
    return own.take();
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
        own.fill(accountAtOnce, time);
        if (const auto count = std::exchange(own.rest, 0)) rests.push_back({account, count});
        next = own.left >= accountAtOnce ? accounts_.erase(next) : std::next(next);  // as good as new
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
