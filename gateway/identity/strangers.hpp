// Bounds the audit entries that callers without an identity can cause: a number a minute from one address, and in all,
// for each kind of credential. Beyond the bound, refusals are only counted (deskline_refused_total, audit_limits.hpp),
// so that nobody fills the journal. Kinds are bounded apart, so that callers without a credential do not crowd out the
// entries about guesses. Thread: any.
#pragma once
#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "identity/throttle.hpp"

namespace deskline::identity {

class Strangers {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr int ofAddress = 60, inAll = 300;  // entries a minute
    static constexpr std::size_t mostAddresses = 4096;

    // Whether one more entry may be written; counts it. `address`: by addressKey (model/address.hpp).
    bool mayBeWritten(Shown what, const std::string& address, Clock::time_point time = Clock::now());

private:
    struct Minute {
        Clock::time_point since{};
        int entries = 0;
        bool take(int most, Clock::time_point time);
    };
    std::mutex mutex_;
    std::map<Shown, Minute> all_;
    Recent<Minute> addresses_{mostAddresses};
};

}  // namespace deskline::identity
