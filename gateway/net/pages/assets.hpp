// The files of the web client and the descriptions, built into the program (config/toolchains/embed.cmake). Thread:
// any.
#pragma once
#include <span>
#include <string_view>

namespace deskline::net {

struct Asset {  // a file of the web client, built into the program
    std::string_view path, type, bytes;
    std::string_view gzipped;  // the same, compressed; empty: there is none
    std::string_view tag;      // its ETag
};
std::span<const Asset> assets();

}  // namespace deskline::net
