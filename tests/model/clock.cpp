#include "clock.hpp"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace {

constexpr std::int64_t nanoseconds = 1'000'000'000;
// The driven clock is far ahead of the kernel's: a thread that waits for a driven moment is never woken by time alone,
// only by a notification.
constexpr std::int64_t monotonicStart = 4'000'000'000 * nanoseconds, wallStart = 1'800'000'000 * nanoseconds;
std::atomic<std::int64_t> monotonic{monotonicStart}, wall{wallStart};
constexpr std::int64_t rest = 1'000'000;  // nanoseconds
thread_local std::int64_t rested = 0;

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
    if (clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME)
        return static_cast<int>(syscall(SYS_clock_gettime, clock, time));
    const std::int64_t is = clock == CLOCK_MONOTONIC ? monotonic + rested : wall.load();
    *time = {is / nanoseconds, is % nanoseconds};
    return 0;
}

// A reader that rests for a moment between two steps (events/readers.cpp) is notified by nobody: for its thread alone
// the moment ends at once.
extern "C" int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                                      const timespec* until) {
    using Wait = int (*)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*);
    static const auto wait = reinterpret_cast<Wait>(dlsym(RTLD_NEXT, "pthread_cond_clockwait"));
    const auto left = until->tv_sec * nanoseconds + until->tv_nsec - monotonic - rested;
    if (clock != CLOCK_MONOTONIC || left <= 0 || left > rest) return wait(condition, mutex, clock, until);
    rested += left;
    return ETIMEDOUT;
}

// Without timerfd, Asio asks the (driven) clock for its timers at every poll.
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
