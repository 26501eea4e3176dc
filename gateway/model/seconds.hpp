// Moments that others give in seconds since 1970, as tokens do (RFC 7519 §2, NumericDate), up to the largest number
// there is: reckoning with them never overflows. Thread: any.
#pragma once
#include <limits>

#include "model/time.hpp"

namespace deskline {

// So many seconds later; the largest number where that is beyond it. `by`: not negative.
constexpr Seconds later(Seconds time, Seconds by) {
    return time > std::numeric_limits<Seconds>::max() - by ? std::numeric_limits<Seconds>::max() : time + by;
}

// A moment beyond the years that RFC 3339 can write is the last, or the first, of them.
constexpr Time fromSeconds(Seconds seconds) {
    constexpr Seconds first = -62'135'596'800, last = 253'402'300'799;  // 0001-01-01T00:00:00Z, 9999-12-31T23:59:59Z
    return Time(std::chrono::seconds(seconds < first ? first : seconds > last ? last : seconds));
}

}  // namespace deskline
