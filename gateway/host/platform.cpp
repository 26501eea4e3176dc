#include "host/platform.hpp"

#include <boost/asio/ip/host_name.hpp>
#ifdef _WIN32
#include <process.h>
#else
#include <unistd.h>
#endif

#include "host/configuration.hpp"
#include "model/files.hpp"

namespace deskline::host {

std::string hostName() {
    boost::system::error_code error;
    auto name = boost::asio::ip::host_name(error);
    return error || name.empty() ? "localhost" : name;
}

int processId() {
#ifdef _WIN32
    return _getpid();
#else
    return ::getpid();
#endif
}

std::filesystem::path defaultDataFolder() {
    if (onWindows)
        return std::filesystem::path(processEnvironment("ProgramData").value_or("C:\\ProgramData")) / "Deskline";
    if (const auto state = processEnvironment("XDG_STATE_HOME")) return std::filesystem::path(*state) / "deskline";
    return std::filesystem::path(processEnvironment("HOME").value_or("/var/lib")) / ".local/state/deskline";
}

std::filesystem::path defaultConfiguration() {
    const auto file =
        onWindows ? defaultDataFolder() / "deskline.toml" : std::filesystem::path("/etc/deskline/deskline.toml");
    const auto there = stampOf(file);
    return there && !*there ? std::filesystem::path()
                            : file;  // one that cannot be read is a mistake to be told, not the defaults
}

}  // namespace deskline::host
