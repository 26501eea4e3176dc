// How a caller wants a command carried out (Prefer), and which trace it belongs to. Source: RFC 7240, W3C Trace
// Context. Thread: any.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "model/fault.hpp"

namespace deskline::api {

struct Wait {
    std::chrono::seconds patience{10};  // 0 to 120
    bool async = false;
    std::string applied;  // for Preference-Applied; "": nothing was asked for
};
Result<Wait> preference(std::string_view prefer);

bool isTraceparent(std::string_view text);

}  // namespace deskline::api
