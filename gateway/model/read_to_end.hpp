// How a file that is open is read whole. For the _linux and _windows files of this folder alone. Thread: any.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "model/fault.hpp"

namespace deskline {

// `size`: what it is said to have; `read` puts the next bytes at `to`, and says how many; 0: the end. The fault is its
// own, or that there are more than `mostRead`.
Result<std::optional<std::string>> readToEnd(
    const std::filesystem::path& path, std::uint64_t size,
    const std::function<Result<std::size_t>(char* to, std::size_t room)>& read);

}  // namespace deskline
