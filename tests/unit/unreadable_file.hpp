// Ways to make a file unreadable.
#pragma once
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>
#ifndef _WIN32
#include <sys/resource.h>
#include <sys/stat.h>
#endif

#include "model/files.hpp"

namespace deskline::tests {

inline void write(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
}

// A way to make a file unreadable for every account (tests may run as root, whom a mode does not keep out).
struct Unreadable {
    const char* name;
    std::function<void(const std::filesystem::path&)> make;
};

inline std::vector<Unreadable> unreadable() {
    std::vector<Unreadable> all{{"a folder", [](auto& path) { std::filesystem::create_directory(path); }},
                                {"too long", [](auto& path) {
                                     write(path, "{}");
                                     std::filesystem::resize_file(path, mostRead + 1);
                                 }}};
#ifndef _WIN32
    all.push_back({"a link in a circle", [](auto& path) { std::filesystem::create_symlink(path, path); }});
    all.push_back({"a link to nowhere",
                   [](auto& path) { std::filesystem::create_symlink(path.parent_path() / "nowhere", path); }});
    all.push_back({"a pipe", [](auto& path) { REQUIRE(::mkfifo(path.c_str(), 0600) == 0); }});
#endif
    return all;
}

// `hide` moves a file aside and puts something unreadable in its place; `show` puts it back.
inline void hide(const std::filesystem::path& path, const Unreadable& how) {
    std::error_code ignored;
    std::filesystem::rename(path, path.string() + ".kept", ignored);
    how.make(path);
}
inline void show(const std::filesystem::path& path) {
    std::filesystem::remove(path);
    std::filesystem::rename(path.string() + ".kept", path);
}

}  // namespace deskline::tests
