// One thing in so long, however often it is asked for. Thread: one.
#pragma once
#include <chrono>

namespace deskline::net {

class Pace {
public:
    using Clock = std::chrono::steady_clock;

    explicit Pace(Clock::duration apart) : apart_(apart) {}

    Clock::duration in(Clock::time_point time) const { return next_ > time ? next_ - time : Clock::duration::zero(); }  // zero: now
    void began(Clock::time_point time) { next_ = time + apart_; }

private:
    Clock::duration apart_;
    Clock::time_point next_ = Clock::time_point::min();
};

}  // namespace deskline::net
