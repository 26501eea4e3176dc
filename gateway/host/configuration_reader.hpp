// Reads the configuration: TOML, every key overridable by DESKLINE_<SECTION>_<KEY>. One table names the keys; an
// unknown one is an error that names the nearest. Thread: main's, at the start.
#pragma once
#include <filesystem>
#include <vector>

#include "host/configuration.hpp"
#include "host/environment.hpp"

namespace deskline::host {

// Reads the file, then the environment, then fills in defaults. Gives every mistake, not only the first. `file` empty:
// environment and defaults only.
std::vector<Mistake> read(Configuration& out, const std::filesystem::path& file,
                          const Environment& environment = processEnvironment);

}  // namespace deskline::host
