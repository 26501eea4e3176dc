#include <fcntl.h>
#include <io.h>
#include <process.h>

#include <cstdio>

#include "host/configuration.hpp"
#include "host/platform.hpp"

namespace deskline::host {

int processId() { return _getpid(); }

std::filesystem::path defaultDataFolder() {
    return std::filesystem::path(processEnvironment("ProgramData").value_or("C:\\ProgramData")) / "Deskline";
}

std::filesystem::path usualConfiguration() { return defaultDataFolder() / "deskline.toml"; }

UsualSources usualSources() { return {"tapi3", "coreaudio"}; }

void keepLineEnds() { _setmode(_fileno(stdout), _O_BINARY); }

}  // namespace deskline::host
