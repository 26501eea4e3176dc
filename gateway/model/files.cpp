#include "model/files.hpp"

#include "model/id.hpp"

namespace deskline {

Result<std::string> readExisting(const std::filesystem::path& path) {
    auto text = readWhole(path);
    if (!text) return text.error();
    if (!*text) return Fault{"configuration", path.string() + " is not there."};
    return Result<std::string>(boost::system::in_place_value, std::move(**text));
}

std::filesystem::path nameBeside(const std::filesystem::path& path) {
    return path.parent_path() / ("." + path.filename().string() + "." + randomId(8) + ".new");
}

bool unfinished(const std::filesystem::path& name, const std::filesystem::path& path) {
    const auto text = name.filename().string();
    return text.starts_with("." + path.filename().string() + ".") && text.ends_with(".new");
}

}  // namespace deskline
