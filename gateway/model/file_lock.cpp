#include "model/file_lock.hpp"

#include "model/files.hpp"

namespace deskline {

Fault FileLock::taken(const std::filesystem::path& path) {
    constexpr std::size_t longest = 256;
    const auto text = readWhole(path);
    auto holder = text && *text ? **text : std::string();
    return {"in-use", holder.substr(0, holder.find('\n')).substr(0, longest)};
}

}  // namespace deskline
