#include "doubles/rules/callback.hpp"

#include <fmt/format.h>

#include <mutex>

#include "doubles/rules/log.hpp"

namespace deskline::doubles {
namespace {

thread_local int callbackDepth = 0;

struct Figures {
    std::mutex mutex;
    std::uint64_t count = 0, slow = 0;
    double longest = 0;
};
Figures& figures() {
    static Figures f;
    return f;
}

}  // namespace

bool insideCallback() { return callbackDepth > 0; }

Callback::Callback(const char* n) : name(n) {
    ++callbackDepth;
    QueryPerformanceCounter(&began);
}

Callback::~Callback() {
    LARGE_INTEGER ended, frequency;
    QueryPerformanceCounter(&ended);
    QueryPerformanceFrequency(&frequency);
    --callbackDepth;
    const double ms =
        1000.0 * static_cast<double>(ended.QuadPart - began.QuadPart) / static_cast<double>(frequency.QuadPart);
    auto& f = figures();
    const std::lock_guard lock(f.mutex);
    ++f.count;
    if (ms > 1.0) ++f.slow;
    if (ms > f.longest) f.longest = ms;
    if (ms > 100.0) ruleBroken(fmt::format("a callback blocked: {} took {:.1f} ms", name, ms));
}

std::string callbackFigures() {
    auto& f = figures();
    const std::lock_guard lock(f.mutex);
    return fmt::format("callbacks: {}, over 1 ms: {}, longest: {:.3f} ms", f.count, f.slow, f.longest);
}

}  // namespace deskline::doubles
