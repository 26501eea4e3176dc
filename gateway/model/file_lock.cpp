#include "model/file_lock.hpp"

#include "model/files.hpp"

namespace deskline {
namespace {

constexpr auto lookPatience = std::chrono::milliseconds(50);  // for another process that only looks (holder)

}  // namespace

Fault FileLock::taken(const std::filesystem::path& path) {
    constexpr std::size_t longest = 256;
    const auto text = readWhole(path);
    auto holder = text && *text ? **text : std::string();
    return {"in-use", holder.substr(0, holder.find('\n')).substr(0, longest)};
}

Result<std::optional<std::string>> FileLock::holder(const std::filesystem::path& path) {
    const auto there = stampOf(path);
    if (!there) return there.error();
    if (!*there) return std::optional<std::string>();
    const auto lock = take(path, lookPatience);
    if (lock) return std::optional<std::string>();
    if (lock.error().slug != "in-use") return lock.error();
    return std::optional(lock.error().detail);
}

}  // namespace deskline
