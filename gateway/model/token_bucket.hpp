// A token bucket: something may be done so many times a second on average, and after a pause so many times at once.
// Each time takes one token; tokens come back at a steady rate until the bucket is full. The caller gives the time; one
// that lies before the last one counts as the last. Thread: one at a time.
#pragma once
#include <algorithm>
#include <chrono>

namespace deskline {

class TokenBucket {
public:
    using Clock = std::chrono::steady_clock;

    // Full at first. `capacity` and `perSecond`: tokens, more than 0.
    TokenBucket(double capacity, double perSecond, Clock::time_point time)
        : capacity_(capacity), perSecond_(perSecond), tokens_(capacity), at_(time) {}

    // Takes a token. False: there is none, and nothing is taken.
    bool take(Clock::time_point time) {
        refill(time);
        if (tokens_ < 1) return false;
        tokens_ -= 1;
        return true;
    }
    // Takes a token also where there is none: those who come later wait for it.
    void takeInAdvance(Clock::time_point time) {
        refill(time);
        tokens_ -= 1;
    }
    double tokens(Clock::time_point time) const {
        return time <= at_ ? tokens_ : std::min(capacity_, tokens_ + seconds(time - at_) * perSecond_);
    }
    bool full(Clock::time_point time) const { return tokens(time) >= capacity_; }
    // How long until there are so many tokens, at most `capacity`; zero: they are there.
    Clock::duration wait(Clock::time_point time, double count = 1) const {
        const std::chrono::duration<double> left((count - tokens(time)) / perSecond_);
        return std::max(std::chrono::ceil<Clock::duration>(left), Clock::duration::zero());
    }
    double capacity() const { return capacity_; }

private:
    static double seconds(Clock::duration span) { return std::chrono::duration<double>(span).count(); }
    void refill(Clock::time_point time) {
        tokens_ = tokens(time);
        at_ = std::max(at_, time);
    }

    double capacity_, perSecond_, tokens_;
    Clock::time_point at_;  // when `tokens_` were counted
};

}  // namespace deskline
