#include "object.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>

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

void log(std::string_view line) {
    static std::mutex mutex;
    static std::FILE* file = [] {
        const char* name = std::getenv("DESKLINE_DOUBLE_LOG");
        return name ? std::fopen(name, "ab") : nullptr;
    }();
    if (!file) return;
    const std::lock_guard lock(mutex);
    std::fwrite(line.data(), 1, line.size(), file);
    std::fputc('\n', file);
    std::fflush(file);
}

void ruleBroken(std::string_view which) { log("RULE BROKEN: " + std::string(which)); }

std::atomic<long>& liveObjects(Family family) {
    static std::atomic<long> live[2];
    return live[static_cast<int>(family)];
}

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

void called(std::string_view what) {
    log(what);
    APTTYPE type;
    APTTYPEQUALIFIER qualifier;
    const HRESULT code = CoGetApartmentType(&type, &qualifier);
    // Where another thread made the multithreaded apartment, one that entered none is in it only by implication.
    if (code == CO_E_NOTINITIALIZED ||
        (SUCCEEDED(code) && type == APTTYPE_MTA && qualifier == APTTYPEQUALIFIER_IMPLICIT_MTA))
        ruleBroken(std::string(what) + " was called from a thread in no apartment");
}

unsigned short consolePort(const char* variable) {
    const char* text = std::getenv(variable);
    return text ? static_cast<unsigned short>(std::atoi(text)) : 0;
}

}  // namespace deskline::doubles
