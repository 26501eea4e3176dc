// One line in the log for many happenings alike: the first is said at once, those after it are counted and said
// together, at most every ten seconds. Thread: the caller's.
#pragma once
#include <chrono>
#include <cstddef>
#include <utility>

namespace deskline::net {

class Seldom {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr auto every = std::chrono::seconds(10);

    // Counts one. How many are to be said now; 0: nothing.
    std::size_t happened(Clock::time_point time = Clock::now()) {
        ++count_;
        if (time < next_) return 0;
        next_ = time + every;
        return std::exchange(count_, 0);
    }

private:
    std::size_t count_ = 0;
    Clock::time_point next_{};
};

}  // namespace deskline::net
