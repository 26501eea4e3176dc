// Values of keys as texts: sizes ("1 MiB"), durations ("30 s"), lists; and whether a value is one that its key takes.
// Each function gives "" or what is wrong, to be read after the key's name ("must be …"). Thread: any.
#pragma once
#include <string>
#include <vector>

#include "host/configuration_keys.hpp"

namespace deskline::host {

bool parseBytes(std::string_view text, std::int64_t& out);  // bytes; false: it is no size
// Whether the value that the key has now is within its limits and one of its choices.
std::string misfit(const Key& key);
std::string setList(const Key& key, std::vector<std::string> items);
std::string setPath(std::filesystem::path& target, const std::string& text);
std::string setText(const Key& key, const std::string& text);  // as the environment has it: lists with commas

}  // namespace deskline::host
