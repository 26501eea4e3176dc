#include "api/rate_limit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace deskline::api {

Rate::Verdict Rate::take(const std::string& caller, Clock::time_point time) {
    if (quota_ == 0) return {};
    const auto full = static_cast<double>(quota_);
    const auto filled = [&](const Bucket& bucket) {
        return std::min(full, bucket.left + std::chrono::duration<double>(time - bucket.at).count() * perSecond());
    };
    const std::lock_guard lock(mutex_);
    if (buckets_.size() >= mostBuckets && time - swept_ >= std::chrono::seconds(1)) {
        swept_ = time;
        std::erase_if(buckets_, [&](const auto& entry) { return filled(entry.second) >= full; });
    }
    const bool room = buckets_.size() < mostBuckets || buckets_.contains(caller);
    auto& bucket = buckets_.try_emplace(room ? caller : std::string(), Bucket{full, time}).first->second;
    bucket = {filled(bucket), time};
    Verdict verdict;
    verdict.allowed = bucket.left >= 1;
    if (verdict.allowed)
        bucket.left -= 1;
    else
        verdict.retryAfter = static_cast<int>(std::ceil((1 - bucket.left) / perSecond()));
    verdict.headers = {{"RateLimit-Policy", fmt::format("\"default\";q={};w={}", quota_, windowSeconds)},
                       {"RateLimit", fmt::format("\"default\";r={};t={}", static_cast<std::int64_t>(bucket.left),
                                                 std::ceil((full - bucket.left) / perSecond()))}};
    return verdict;
}

std::size_t Rate::size() const {
    const std::lock_guard lock(mutex_);
    return buckets_.size();
}

}  // namespace deskline::api
