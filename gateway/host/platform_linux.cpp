#include <unistd.h>

#include "host/environment.hpp"
#include "host/platform.hpp"

namespace deskline::host {

int processId() { return ::getpid(); }

std::vector<std::string> environmentNames() {
    std::vector<std::string> names;
    for (char** variable = environ; *variable; ++variable) {
        const std::string_view text(*variable);
        names.emplace_back(text.substr(0, text.find('=')));
    }
    return names;
}

std::filesystem::path defaultDataFolder() {
    if (const auto state = processEnvironment("XDG_STATE_HOME")) return std::filesystem::path(*state) / "deskline";
    return std::filesystem::path(processEnvironment("HOME").value_or("/var/lib")) / ".local/state/deskline";
}

std::filesystem::path usualConfiguration() { return "/etc/deskline/deskline.toml"; }

UsualSources usualSources() { return {"simulated", "simulated"}; }

void keepLineEnds() {}

}  // namespace deskline::host
