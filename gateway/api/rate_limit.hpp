// How many requests a caller may make: a bucket of `quota` requests that fills again within `windowSeconds`. One rule
// for REST and the stream's commands. Source: draft-ietf-httpapi-ratelimit-headers (RateLimit, RateLimit-Policy), RFC
// 9110 §10.2.3. Thread: any.
#pragma once
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "model/token_bucket.hpp"

namespace deskline::api {

class Rate {
public:
    using Clock = TokenBucket::Clock;
    static constexpr int windowSeconds = 60;
    static constexpr std::size_t mostBuckets =
        10'000;  // beyond it the full ones are forgotten; where none is full, new callers share one

    explicit Rate(std::int64_t quota) : quota_(quota) {}  // 0: no limit

    struct Verdict {
        bool allowed = true;
        int retryAfter = 0;                                        // seconds, when it is not
        std::vector<std::pair<std::string, std::string>> headers;  // RateLimit-Policy, RateLimit
    };
    std::int64_t quota() const { return quota_; }
    Verdict take(const std::string& caller, Clock::time_point time = Clock::now());
    std::size_t size() const;  // callers that are counted

private:
    const std::int64_t quota_;
    mutable std::mutex mutex_;
    Clock::time_point swept_{};
    std::map<std::string, TokenBucket> buckets_;
};

}  // namespace deskline::api
