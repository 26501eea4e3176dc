// Reason codes: why an agent is in a state, from a list that the administrator keeps for each state. TAPI has none; the
// gateway carries them through command, event and history. Source: [reasons] of the configuration. Thread: read-only
// after the start.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/fault.hpp"

namespace deskline::api {

struct Reasons {
    static constexpr std::size_t longest = 64;  // characters

    std::map<SessionState, std::vector<std::string>> lists = {};  // none for a state: any text
    std::set<SessionState> required = {};

    std::optional<Fault> check(SessionState state, const std::optional<std::string>& reason) const;
};

}  // namespace deskline::api
