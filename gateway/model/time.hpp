// Points in time as the wire has them: RFC 3339, UTC, milliseconds. Thread: any.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace deskline {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;
using Seconds = std::int64_t;  // a duration on the wire: whole seconds

Time now();
std::int64_t secondsNow();  // since 1970, UTC
// Milliseconds since 1970, as the journal keeps a time.
inline std::int64_t milliseconds(Time time) { return time.time_since_epoch().count(); }
std::string toRfc3339(Time time);                        // "2026-05-01T08:00:00.000Z"
std::optional<Time> fromRfc3339(std::string_view text);  // only the form that toRfc3339 writes
// `localDate`: days since 1899-12-30 in local time; `offset`: seconds east of UTC. Absent: no date of the years 1900 to
// 9999. Source: DATE (oleauto.h).
std::optional<Time> fromOleDate(double localDate, int offset);
double toOleDate(Time time, int offset);

}  // namespace deskline
