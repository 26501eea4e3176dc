// What differs between the hosts: names, folders, sources, what stdout does to lines. Thread: main's, at the start.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace deskline::host {

std::string hostName();
int processId();
std::vector<std::string>
environmentNames();  // of the process's variables; on Windows, where case does not count, upper
// %ProgramData%\Deskline; $XDG_STATE_HOME/deskline or ~/.local/state/deskline
std::filesystem::path defaultDataFolder();
// The file that is read where none is named, whether it is there or not: deskline.toml in %ProgramData%\Deskline;
// /etc/deskline/deskline.toml
std::filesystem::path usualConfiguration();
std::filesystem::path defaultConfiguration();  // the same; "" when there is none

// The sources where the configuration names none.
struct UsualSources {
    const char* telephony;
    const char* audio;
};
UsualSources usualSources();

// From now on a line on stdout ends with LF alone, as JSON Lines says: on Windows too.
void keepLineEnds();

}  // namespace deskline::host
