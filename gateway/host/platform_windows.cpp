#include <fcntl.h>
#include <io.h>
#include <process.h>

#include <cctype>
#include <cstdio>
#include <cstdlib>

#include "host/environment.hpp"
#include "host/platform.hpp"

namespace deskline::host {

int processId() { return _getpid(); }

std::vector<std::string> environmentNames() {
    std::vector<std::string> names;
    for (char** variable = _environ; *variable; ++variable) {
        const std::string_view text(*variable);
        auto& name = names.emplace_back(text.substr(0, text.find('=')));
        for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return names;
}

std::filesystem::path defaultDataFolder() {
    return std::filesystem::path(processEnvironment("ProgramData").value_or("C:\\ProgramData")) / "Deskline";
}

std::filesystem::path usualConfiguration() { return defaultDataFolder() / "deskline.toml"; }

UsualSources usualSources() { return {"tapi3", "coreaudio"}; }

void keepLineEnds() { _setmode(_fileno(stdout), _O_BINARY); }

}  // namespace deskline::host
