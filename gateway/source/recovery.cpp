#include "source/recovery.hpp"

#include <spdlog/spdlog.h>

#include <random>

namespace deskline::source {

std::chrono::milliseconds Backoff::delay(int attempt, double random) const {
    auto full = first;
    for (int i = 0; i < attempt && full < longest; ++i) full *= 2;
    full = std::min(full, longest);
    return full / 2 +
           std::chrono::milliseconds(static_cast<std::int64_t>(random * static_cast<double>(full.count()) / 2));
}

Recovery::Recovery(Source source, Report report, Rebuild rebuild, Apartment apartment, Backoff backoff)
    : source_(source),
      report_(std::move(report)),
      rebuild_(std::move(rebuild)),
      apartment_(std::move(apartment)),
      backoff_(backoff) {}

Recovery::~Recovery() { stop(); }

void Recovery::start() {
    thread_ = std::thread([this] { run(); });
}

bool Recovery::connected() const {
    const std::lock_guard lock(mutex_);
    return connected_;
}

Fault Recovery::fault() const {
    const std::lock_guard lock(mutex_);
    return fault_;
}

void Recovery::lost(const Fault& cause) {
    {
        const std::lock_guard lock(mutex_);
        if (!connected_ || stopping_) return;
        connected_ = false;
        said_ = true;
        fault_ = {
            "source-lost",
            "The " + std::string(name(source_)) + " source is lost and being rebuilt; first sign: " + cause.detail,
            cause.hresult, cause.symbol};
    }
    spdlog::warn("{} source lost: {}", name(source_), cause.detail);
    report_({SourceLost{source_, cause}});
    wake_.notify_all();
}

void Recovery::run() {
    const auto held = apartment_ ? apartment_() : nullptr;
    std::mt19937_64 random(std::random_device{}());
    std::unique_lock lock(mutex_);
    for (bool first = true; !stopping_; first = false) {
        for (int attempt = 0; !connected_ && !stopping_; ++attempt) {
            if (!first || attempt > 0)
                wake_.wait_for(
                    lock,
                    backoff_.delay(attempt - (first ? 1 : 0), std::uniform_real_distribution<double>(0, 1)(random)),
                    [this] { return stopping_; });
            if (stopping_) return;
            lock.unlock();
            const auto built = rebuild_();
            lock.lock();
            if (built) {
                connected_ = true;
                said_ = false;
                continue;
            }
            fault_ = built.error();
            if (said_) continue;
            said_ = true;
            spdlog::warn("{} source cannot be connected: {}", name(source_), fault_.detail);
            lock.unlock();
            report_({SourceLost{source_, built.error()}});
            lock.lock();
        }
        wake_.wait(lock, [this] { return stopping_ || !connected_; });
    }
}

void Recovery::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

}  // namespace deskline::source
