// The configuration's file, read as TOML. Source: TOML 1.0. Thread: main's, at the start.
#pragma once
#include <filesystem>
#include <vector>

#include "host/configuration_keys.hpp"

namespace deskline::host {

// Sets the keys that the file has. Every mistake in it: what is no TOML, unknown keys with the nearest known one,
// values that a key does not take; each with file and line.
std::vector<Mistake> readFile(const std::filesystem::path& file, const std::vector<Key>& all);

}  // namespace deskline::host
