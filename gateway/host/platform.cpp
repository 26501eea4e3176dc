#include "host/platform.hpp"

#include <boost/asio/ip/host_name.hpp>

#include "host/configuration.hpp"

namespace deskline::host {

std::string hostName() {
    boost::system::error_code error;
    auto name = boost::asio::ip::host_name(error);
    return error || name.empty() ? "localhost" : name;
}

std::filesystem::path defaultDataFolder() {
    if (onWindows) return std::filesystem::path(processEnvironment("ProgramData").value_or("C:\\ProgramData")) / "Deskline";
    if (const auto state = processEnvironment("XDG_STATE_HOME")) return std::filesystem::path(*state) / "deskline";
    return std::filesystem::path(processEnvironment("HOME").value_or("/var/lib")) / ".local/state/deskline";
}

std::filesystem::path defaultConfiguration() {
    const auto file = onWindows ? defaultDataFolder() / "deskline.toml" : std::filesystem::path("/etc/deskline/deskline.toml");
    std::error_code error;
    return std::filesystem::exists(file, error) ? file : std::filesystem::path();
}

}  // namespace deskline::host
