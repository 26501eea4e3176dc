// The keys of the configuration: one row each, with where its value goes and what it takes. docs/configuration.md is
// made from this table and config/deskline.toml (config/toolchains/configuration.py). Thread: any.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "host/configuration.hpp"

namespace deskline::host {

struct Bytes {  // a size: a number, or text such as "1 MiB"
    std::int64_t* target;
};
struct Durations {  // a list of texts such as "30 s", "2 min", "6 h"
    std::vector<std::int64_t>* target;
};
struct Key {
    std::string name;
    std::variant<std::string*, std::filesystem::path*, bool*, std::int64_t*, double*, std::vector<std::string>*, Bytes,
                 Durations>
        target;
    std::int64_t least = 0, most = INT64_MAX;            // of numbers; of the characters of a text in a list
    std::vector<std::string> choices = {};               // of texts; empty: any
    std::string (*wrong)(const std::string&) = nullptr;  // of a text; "": nothing
};

// They point into the configuration, which must outlive them.
std::vector<Key> keyTable(Configuration& configuration);
std::vector<std::string> keys();  // their names: "server.listen" …

}  // namespace deskline::host
