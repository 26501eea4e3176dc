// Times that others give in seconds since 1970, as tokens do (RFC 7519 §2, NumericDate), of any size: calculating with
// them never overflows. Thread: any.
#pragma once
#include <limits>

#include "model/time.hpp"

namespace deskline {

// `time` plus `by` seconds, or the largest number where the sum is beyond it. `by`: not negative.
constexpr Seconds later(Seconds time, Seconds by) {
    return time > std::numeric_limits<Seconds>::max() - by ? std::numeric_limits<Seconds>::max() : time + by;
}

// A time before the year 1 or after 9999, which RFC 3339 cannot write, becomes the first or the last that it can.
constexpr Time fromSeconds(Seconds seconds) {
    constexpr Seconds first = -62'135'596'800, last = 253'402'300'799;  // 0001-01-01T00:00:00Z, 9999-12-31T23:59:59Z
    return Time(std::chrono::seconds(seconds < first ? first : seconds > last ? last : seconds));
}

}  // namespace deskline
