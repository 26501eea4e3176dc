#include "host/arguments.hpp"

#include <charconv>

#include "host/logging.hpp"

namespace deskline::host {
namespace {

constexpr std::int64_t longest =
    36'525LL * 86'400;  // a century: what ends much later has no date that RFC 3339 can write

}  // namespace

std::optional<std::int64_t> secondsIn(const std::string& text) {
    std::int64_t value = 0;
    const auto* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value);
    const std::string_view unit(at, static_cast<std::size_t>(end - at));
    const std::int64_t factor = unit == "d"                   ? 86'400
                                : unit == "h"                 ? 3600
                                : unit == "m"                 ? 60
                                : unit == "s" || unit.empty() ? 1
                                                              : 0;
    return error == std::errc() && factor && value > 0 && value <= longest / factor ? std::optional(value * factor)
                                                                                    : std::nullopt;
}

std::optional<Time> momentIn(const std::string& text) {
    if (text.size() == 10) return fromRfc3339(text + "T00:00:00.000Z");
    if (text.size() == 20 && text.ends_with('Z')) return fromRfc3339(text.substr(0, 19) + ".000Z");
    return fromRfc3339(text);
}

int failed(const Fault& fault) {
    say("deskline: " + fault.detail);
    return 1;
}

}  // namespace deskline::host
