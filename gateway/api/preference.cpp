#include "api/preference.hpp"

#include <algorithm>
#include <charconv>

#include "api/headers.hpp"

namespace deskline::api {

Result<Wait> preference(std::string_view prefer) {
    Wait wait;
    for (const auto token : elements(prefer)) {  // other preferences are ignored, as RFC 7240 §2 asks
        if (token == "respond-async") {
            wait.async = true;
            wait.applied = "respond-async";
        } else if (token.starts_with("wait=")) {
            int seconds = -1;
            const auto [end, error] = std::from_chars(token.data() + 5, token.data() + token.size(), seconds);
            if (error != std::errc() || end != token.data() + token.size() || seconds < 0 || seconds > 120)
                return Fault{"invalid-argument",
                             "Prefer: wait=N takes 0 to 120 seconds.",
                             {},
                             {},
                             false,
                             {{"Prefer", "wait must be from 0 to 120"}}};
            wait.patience = std::chrono::seconds(seconds);
            wait.applied = "wait=" + std::to_string(seconds);
        }
    }
    return wait;
}

// W3C Trace Context §3.2: version, trace id, parent id, flags; anything else is ignored, as the standard asks.
bool isTraceparent(std::string_view text) {
    constexpr std::string_view pattern = "xx-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";
    return std::ranges::equal(text, pattern, [](char c, char p) {
        return p == '-' ? c == '-' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

}  // namespace deskline::api
