#include "model/time.hpp"

#include <fmt/format.h>

#include <cmath>

#include "model/number.hpp"

namespace deskline {
namespace {

constexpr double oleDayOfUnixEpoch = 25569.0;  // 1970-01-01 as days since 1899-12-30
constexpr double millisecondsPerDay = 86'400'000.0;

bool digits(std::string_view text, std::size_t at, std::size_t count, int& out) {
    const auto number = numberIn<int>(text.substr(at, count), 0);
    out = number.value_or(0);
    return number.has_value();
}

}  // namespace

Time now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

std::int64_t secondsNow() { return std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch()).count(); }

std::string toRfc3339(Time time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::optional<Time> fromRfc3339(std::string_view text) {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, milli = 0;
    if (text.size() != 24 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
        text[16] != ':' || text[19] != '.' || text[23] != 'Z')
        return std::nullopt;
    if (!digits(text, 0, 4, year) || !digits(text, 5, 2, month) || !digits(text, 8, 2, day) ||
        !digits(text, 11, 2, hour) || !digits(text, 14, 2, minute) || !digits(text, 17, 2, second) ||
        !digits(text, 20, 3, milli))
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second) + std::chrono::milliseconds(milli);
}

std::optional<Time> fromOleDate(double localDate, int offset) {
    if (!std::isfinite(localDate) || localDate < 1.0 || localDate > 2'958'466.0) return std::nullopt;  // year 9999
    const double milliseconds = std::round((localDate - oleDayOfUnixEpoch) * millisecondsPerDay);
    return Time(std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds))) - std::chrono::seconds(offset);
}

double toOleDate(Time time, int offset) {
    const auto local = time + std::chrono::seconds(offset);
    return oleDayOfUnixEpoch + static_cast<double>(local.time_since_epoch().count()) / millisecondsPerDay;
}

}  // namespace deskline
