// The environment variables that override keys of the configuration, and those that look so and override nothing.
// Thread: main's, at the start.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace deskline::host {

// The value of a variable; none where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
std::optional<std::string> processEnvironment(const std::string& name);  // in UTF-8

std::string variableOf(const std::string& key);  // "server.listen": "DESKLINE_SERVER_LISTEN"

struct UnreadVariable {
    std::string name;
    std::string nearest;  // variable that overrides a key
};
// Of these names the DESKLINE_… that no key has and that neither the program nor its scripts and tests read otherwise.
std::vector<UnreadVariable> unreadVariables(const std::vector<std::string>& names);
// A warning: the variable's name, that it changes nothing, and the nearest.
std::string text(const UnreadVariable& variable);

}  // namespace deskline::host
