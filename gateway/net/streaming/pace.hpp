// One thing in so long on average, however often it is asked for; after a pause so many at once. Thread: one.
#pragma once
#include <algorithm>
#include <chrono>

namespace deskline::net {

class Pace {
public:
    using Clock = std::chrono::steady_clock;

    Pace(Clock::duration apart, int atOnce) : apart_(apart), ahead_(apart * (atOnce - 1)) {}

    // Until the next may begin. Zero: now.
    Clock::duration in(Clock::time_point time) const {
        return std::max(next_ - time - ahead_, Clock::duration::zero());
    }
    void began(Clock::time_point time) { next_ = std::max(next_, time) + apart_; }

private:
    const Clock::duration apart_, ahead_;
    Clock::time_point next_{};  // when all that began would be paid for
};

}  // namespace deskline::net
