#include "api/rate_limit.hpp"

#include <fmt/format.h>

namespace deskline::api {

Rate::Verdict Rate::take(const std::string& caller, Clock::time_point time) {
    if (quota_ == 0) return {};
    const auto full = static_cast<double>(quota_);
    const std::lock_guard lock(mutex_);
    if (buckets_.size() >= mostBuckets && time - swept_ >= std::chrono::seconds(1)) {
        swept_ = time;
        std::erase_if(buckets_, [&](const auto& entry) { return entry.second.full(time); });
    }
    const bool room = buckets_.size() < mostBuckets || buckets_.contains(caller);
    auto& bucket = buckets_.try_emplace(room ? caller : std::string(), full, full / windowSeconds, time).first->second;
    const auto seconds = [](Clock::duration wait) { return std::chrono::ceil<std::chrono::seconds>(wait).count(); };
    Verdict verdict;
    verdict.allowed = bucket.take(time);
    if (!verdict.allowed) verdict.retryAfter = static_cast<int>(seconds(bucket.wait(time)));
    verdict.headers = {
        {"RateLimit-Policy", fmt::format("\"default\";q={};w={}", quota_, windowSeconds)},
        {"RateLimit", fmt::format("\"default\";r={};t={}", static_cast<std::int64_t>(bucket.tokens(time)),
                                  seconds(bucket.wait(time, full)))}};
    return verdict;
}

std::size_t Rate::size() const {
    const std::lock_guard lock(mutex_);
    return buckets_.size();
}

}  // namespace deskline::api
