// How many audit entries those may cause who are nobody known: so many a minute from one address, and in all, of each
// thing that they show. What goes beyond is counted alone (deskline_refused_total, audit_limits.hpp), so that nobody
// fills the journal; and who shows nothing a thousand times hides nobody who guesses. Thread: any.
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

    // Whether one more is written. `address`: as model/address.hpp keys it.
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
