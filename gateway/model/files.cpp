#include "model/files.hpp"

#include "model/host_text.hpp"
#include "model/id.hpp"
#include "model/read_to_end.hpp"

#include <vector>

namespace deskline {
namespace {

constexpr std::size_t bytesOfId = 8;
constexpr std::string_view ending = ".new";

std::string beginning(const std::filesystem::path& path) { return "." + textOf(path.filename()) + "."; }

}  // namespace

Result<std::string> readExisting(const std::filesystem::path& path) {
    auto text = readWhole(path);
    if (!text) return text.error();
    if (!*text) return Fault{"configuration", textOf(path) + " is not there."};
    return std::move(**text);
}

Result<std::optional<std::string>> readToEnd(
    const std::filesystem::path& path, std::uint64_t size,
    const std::function<Result<std::size_t>(char* to, std::size_t room)>& read) {
    const auto tooLong = [&] {
        return Fault{"configuration",
                     textOf(path) + " cannot be read: it has more than " + std::to_string(mostRead >> 20) + " MiB."};
    };
    if (size > mostRead) return tooLong();
    std::string text(static_cast<std::size_t>(size) + 1,
                     '\0');  // in one piece: what it holds is not left behind in memory by growing
    for (std::size_t used = 0;;) {
        const auto count = read(text.data() + used, text.size() - used);
        if (!count) return count.error();
        used += *count;
        if (used > mostRead) return tooLong();
        if (*count == 0) {
            text.resize(used);
            return std::optional(std::move(text));
        }
        if (used == text.size()) text.resize(used * 2);
    }
}

Result<std::filesystem::path> mayMake(const std::filesystem::path& path) {
    const auto above = [](const std::filesystem::path& of) {
        auto parent = of.parent_path();
        return parent.empty() ? std::filesystem::path(u8".") : parent;
    };
    const auto isThere = [](const std::filesystem::path& folder) {
        std::error_code ignored;
        return std::filesystem::exists(std::filesystem::symlink_status(folder, ignored));
    };
    auto folder = above(path);
    while (!isThere(folder) && above(folder) != folder) folder = above(folder);
    if (auto may = mayMakeIn(folder); !may) return may.error();
    return folder;
}

std::filesystem::path nameBeside(const std::filesystem::path& path) {
    return path.parent_path() / pathOf(beginning(path) + randomId(bytesOfId) + std::string(ending));
}

bool unfinished(const std::filesystem::path& name, const std::filesystem::path& path) {
    const auto text = textOf(name.filename()), first = beginning(path);
    if (!text.starts_with(first) || !text.ends_with(ending) ||
        text.size() != first.size() + 2 * bytesOfId + ending.size())
        return false;
    return std::string_view(text).substr(first.size(), 2 * bytesOfId).find_first_not_of("0123456789abcdef") ==
           std::string_view::npos;
}

void removeUnfinished(const std::filesystem::path& path) {
    std::vector<std::filesystem::path> left;
    std::error_code error;
    std::filesystem::directory_iterator entry(path.has_parent_path() ? path.parent_path() : u8".", error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
        if (std::error_code ignored; unfinished(entry->path(), path) && !entry->is_directory(ignored))
            left.push_back(entry->path());
    for (const auto& file : left) std::filesystem::remove(file, error);
}

}  // namespace deskline
