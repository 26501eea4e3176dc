#include <unistd.h>

#include "host/configuration.hpp"
#include "host/platform.hpp"

namespace deskline::host {

int processId() { return ::getpid(); }

std::filesystem::path defaultDataFolder() {
    if (const auto state = processEnvironment("XDG_STATE_HOME")) return std::filesystem::path(*state) / "deskline";
    return std::filesystem::path(processEnvironment("HOME").value_or("/var/lib")) / ".local/state/deskline";
}

std::filesystem::path usualConfiguration() { return "/etc/deskline/deskline.toml"; }

UsualSources usualSources() { return {"simulated", "simulated"}; }

void keepLineEnds() {}

}  // namespace deskline::host
