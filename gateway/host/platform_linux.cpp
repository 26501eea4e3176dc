#include <unistd.h>

#include <boost/asio/ip/host_name.hpp>
#include <cstdlib>

#include "host/environment.hpp"
#include "host/platform.hpp"
#include "model/host_text.hpp"

namespace deskline::host {

int processId() { return ::getpid(); }

std::string hostName() {
    boost::system::error_code error;
    auto name = boost::asio::ip::host_name(error);
    return error || name.empty() ? "localhost" : name;
}

std::vector<std::string> commandLine(int argc, const char* const* argv) { return {argv, argv + argc}; }

std::shared_ptr<void> utf8Console() { return nullptr; }

std::optional<std::string> processEnvironment(const std::string& name) {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): read once, before any thread
    return value ? std::optional<std::string>(value) : std::nullopt;
}

std::vector<std::string> environmentNames() {
    std::vector<std::string> names;
    for (char** variable = environ; *variable; ++variable) {
        const std::string_view text(*variable);
        names.emplace_back(text.substr(0, text.find('=')));
    }
    return names;
}

std::filesystem::path defaultDataFolder() {
    if (const auto state = processEnvironment("XDG_STATE_HOME")) return pathOf(*state) / u8"deskline";
    return pathOf(processEnvironment("HOME").value_or("/var/lib")) / u8".local/state/deskline";
}

std::filesystem::path usualConfiguration() { return u8"/etc/deskline/deskline.toml"; }

std::string unfitPath(const std::string&) { return {}; }

UsualSources usualSources() { return {"simulated", "simulated"}; }

void keepLineEnds() {}

}  // namespace deskline::host
