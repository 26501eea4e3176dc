#include "clock.hpp"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace {

constexpr std::int64_t nanoseconds = 1'000'000'000;
// Far ahead of the kernel's own: a thread that waits until a driven moment sleeps until it is woken, and is never woken by time alone.
constexpr std::int64_t monotonicStart = 4'000'000'000 * nanoseconds, wallStart = 1'800'000'000 * nanoseconds;
std::atomic<std::int64_t> monotonic{monotonicStart}, wall{wallStart};

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
    if (clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME) return static_cast<int>(syscall(SYS_clock_gettime, clock, time));
    const std::int64_t is = clock == CLOCK_MONOTONIC ? monotonic : wall;
    *time = {is / nanoseconds, is % nanoseconds};
    return 0;
}

// Without it Asio asks the driven clock for its timers at every poll.
extern "C" int timerfd_create(int, int) noexcept {
    errno = ENOSYS;
    return -1;
}

namespace deskline::model {

void startClocks() {
    monotonic = monotonicStart;
    wall = wallStart;
}

void pass(std::chrono::milliseconds time) {
    monotonic += std::chrono::nanoseconds(time).count();
    wall += std::chrono::nanoseconds(time).count();
}

void setWall(std::chrono::milliseconds by) { wall += std::chrono::nanoseconds(by).count(); }

}  // namespace deskline::model
