#include "api/preference.hpp"

#include <algorithm>

#include "api/headers.hpp"
#include "model/number.hpp"

namespace deskline::api {

Result<Wait> preference(std::string_view prefer) {
    Wait wait;
    for (const auto token : elements(prefer)) {  // other preferences are ignored, as RFC 7240 §2 asks
        if (token == "respond-async") {
            wait.async = true;
            wait.applied = "respond-async";
        } else if (token.starts_with("wait=")) {
            const auto seconds = numberIn<int>(token.substr(5), 0, 120);
            if (!seconds)
                return Fault{"invalid-argument",
                             "Prefer: wait=N takes 0 to 120 seconds.",
                             {},
                             {},
                             false,
                             {{"Prefer", "wait must be from 0 to 120"}}};
            wait.patience = std::chrono::seconds(*seconds);
            wait.applied = "wait=" + std::to_string(*seconds);
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
