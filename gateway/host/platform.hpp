// What differs between the hosts: names and folders. Thread: main's, at the start.
#pragma once
#include <filesystem>
#include <string>

namespace deskline::host {

#ifdef _WIN32
inline constexpr bool onWindows = true;
#else
inline constexpr bool onWindows = false;
#endif

std::string hostName();
int processId();
std::filesystem::path
defaultDataFolder();  // %ProgramData%\Deskline; $XDG_STATE_HOME/deskline or ~/.local/state/deskline
std::filesystem::path defaultConfiguration();  // "" when there is none

}  // namespace deskline::host
