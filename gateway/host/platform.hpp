// What differs between the hosts: names, folders, sources, what stdout does to lines. Thread: main's, at the start.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace deskline::host {

// As DNS has it, in ASCII: "desk", "xn--bro-hoa". "localhost" where the host does not say.
std::string hostName();
// The words of the command line, the program's name first, in UTF-8: on Windows those that main has are in the code
// page of the system, and what that lacks is lost in them. Source: CommandLineToArgvW.
std::vector<std::string> commandLine(int argc, const char* const* argv);

// While what it returns lives, a console takes as UTF-8 what the program writes. Source: SetConsoleOutputCP.
[[nodiscard]] std::shared_ptr<void> utf8Console();
int processId();
std::vector<std::string>
environmentNames();  // of the process's variables; on Windows, where case does not count, upper
// %ProgramData%\Deskline; $XDG_STATE_HOME/deskline or ~/.local/state/deskline
std::filesystem::path defaultDataFolder();
// Why the text is no path here, to be read after its key's name; "": it may be one. Windows alone has such: of a share
// or a device nobody can tell who else may write there, and a tab is what TOML makes of "C:\temp".
std::string unfitPath(const std::string& text);
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
