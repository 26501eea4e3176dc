// Times and lengths of time, as callers and the command line write them.
#include "model/time.hpp"

#include "fuzz.hpp"
#include "host/arguments.hpp"

namespace deskline::fuzz {

void one(std::string_view input) {
    if (const auto time = fromRfc3339(input)) {
        const auto written = toRfc3339(*time);
        HOLDS(written == input || input.substr(17, 2) == "60");  // a leap second is the one after it
        HOLDS(fromRfc3339(written) == time);
    }
    const std::string text(input);
    if (const auto moment = host::momentIn(text)) HOLDS(fromRfc3339(toRfc3339(*moment)) == moment);
    if (const auto seconds = host::secondsIn(text)) {
        HOLDS(*seconds > 0);
        constexpr auto today = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1);
        const Time until = today + std::chrono::seconds(*seconds);
        HOLDS(fromRfc3339(toRfc3339(until)) == until);  // keys.json can be read again
        for (const char c : text) HOLDS((c >= '0' && c <= '9') || c == 'd' || c == 'h' || c == 'm' || c == 's');
    }
    double date = 0;
    if (input.size() == sizeof date) {
        std::copy(input.begin(), input.end(), reinterpret_cast<char*>(&date));
        if (const auto time = fromOleDate(date, 3600)) HOLDS(fromRfc3339(toRfc3339(*time)) == time);
    }
}

}  // namespace deskline::fuzz
