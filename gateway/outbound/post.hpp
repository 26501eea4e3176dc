// One POST to a receiver outside, and its outcome. Thread: values, any.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace deskline::outbound {

struct Post {
    std::string url, body;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string owner = {};  // the account that it is for; the resolver limits lookups by it (resolver.hpp)
};
struct PostOutcome {
    std::optional<int> status;
    std::string error;   // in words, where there was no answer
    std::string answer;  // its first KiB
};

}  // namespace deskline::outbound
