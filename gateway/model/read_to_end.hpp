// Reads an open file whole. For the _linux and _windows files of this folder alone. Thread: any.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "model/fault.hpp"

namespace deskline {

// `size`: the file's length in bytes as the system tells it. `read` puts the next bytes at `to` and answers how many;
// 0: the end. The fault is the one of `read`, or that the file has more than `mostRead`.
Result<std::optional<std::string>> readToEnd(
    const std::filesystem::path& path, std::uint64_t size,
    const std::function<Result<std::size_t>(char* to, std::size_t room)>& read);

}  // namespace deskline
