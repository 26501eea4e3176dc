// How many refused attempts become audit entries: an attacker can repeat them without end, from any address, and must
// not fill the audit. Unknown callers share one allowance for each kind of credential that they show; each account that
// was refused something has an allowance of its own: so many at once, then so many a minute. The rest is counted and
// written as one entry a minute. What was carried out is always an entry. Thread: any; AuditRests: the ledger's.
#pragma once
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "events/ledger_context.hpp"
#include "model/token_bucket.hpp"

namespace deskline::events {

class AuditLimits {
public:
    using Clock = TokenBucket::Clock;
    static constexpr double strangersAtOnce = 500, accountAtOnce = 200, perMinute = 20;
    static constexpr std::size_t mostAccounts = 10'000;  // beyond it new ones share the unknown callers' allowances

    static constexpr std::size_t mostKinds = 16;

    // False: it was counted. `account` "": nobody known, who showed a credential of that kind.
    bool allows(const std::string& account, const std::string& kind = "", Clock::time_point time = Clock::now());

    // Counts an attempt of an unknown caller that another bound (identity/strangers.hpp) kept out of the audit.
    void passedOver();

    struct Rest {
        std::string account;
        std::uint64_t count = 0;
    };
    std::vector<Rest> takeRests(Clock::time_point time = Clock::now());
    std::size_t accounts() const;

private:
    struct Allowance {
        TokenBucket bucket;
        std::uint64_t rest = 0;

        Allowance(double atOnce, Clock::time_point time) : bucket(atOnce, perMinute / 60, time) {}
        bool take(Clock::time_point time);
    };

    mutable std::mutex mutex_;
    Allowance& ofStrangers(const std::string& kind, Clock::time_point time);

    std::map<std::string, Allowance> strangers_;  // by kind
    std::uint64_t passedOver_ = 0;
    std::map<std::string, Allowance> accounts_;
};

// Writes the rests, once a minute.
class AuditRests final : public Observer {
public:
    static constexpr auto every = std::chrono::seconds(60);

    explicit AuditRests(AuditLimits& limits) : limits_(limits) {}
    void tick(LedgerContext& ledger) override;

private:
    AuditLimits& limits_;
    AuditLimits::Clock::time_point next_{};
};

}  // namespace deskline::events
