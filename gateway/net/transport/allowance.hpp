// How often something may be done: so many a second on average, and a number at once. Thread: one.
#pragma once
#include <algorithm>
#include <chrono>
#include <utility>

namespace deskline::net {

class Allowance {
public:
    using Clock = std::chrono::steady_clock;

    Allowance(double perSecond, double most) : perSecond_(perSecond), most_(most), left_(most) {}

    bool take(double count = 1, Clock::time_point time = Clock::now()) {  // false: it was too much
        left_ = std::min(
            most_,
            left_ + std::chrono::duration<double>(time - std::exchange(at_, std::max(at_, time))).count() * perSecond_);
        left_ -= count;
        return left_ >= 0;
    }

private:
    double perSecond_, most_, left_;
    Clock::time_point at_ = Clock::now();
};

}  // namespace deskline::net
