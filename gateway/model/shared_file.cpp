#include "model/shared_file.hpp"

#include "model/failpoint.hpp"
#include "model/file_lock.hpp"
#include "model/host_text.hpp"

namespace deskline {
namespace {

std::filesystem::path lockOf(const std::filesystem::path& path) {
    auto lock = path;
    return lock += u8".lock";
}

// A link that an administrator made is followed to its file. One that leads nowhere stays as it is: reading it fails.
std::filesystem::path meant(const std::filesystem::path& path) {
    std::error_code error;
    auto file = std::filesystem::canonical(path, error);
    return error ? path : file;
}

std::string noted(const std::filesystem::path& path) {
    return textOf(path.filename()) + " was written; where it is missing, it was lost\n";
}

// The content, unless the lock file notes that there was a file which is missing now: that is a fault.
Result<std::optional<std::string>> unlessLost(const std::filesystem::path& path) {
    auto text = readWhole(path);
    if (!text || *text) return text;
    const auto lock = readWhole(lockOf(path));
    if (!lock) return lock.error();
    if (*lock && !(*lock)->empty())
        return Fault{"configuration", textOf(path) +
                                          " is not there, but was: put it back, or, to begin without it, remove " +
                                          textOf(lockOf(path)) + " too."};
    return text;
}

}  // namespace

Result<std::optional<std::string>> readShared(const std::filesystem::path& path) { return unlessLost(meant(path)); }

Result<void> updateShared(const std::filesystem::path& given,
                          const std::function<Result<std::string>(const std::optional<std::string>&)>& change) {
    const auto path = meant(given);
    if (auto folder = makeFolder(path.parent_path()); !folder) return folder;
    const auto lock = FileLock::take(lockOf(path), updatePatience);
    if (!lock && lock.error().slug == "in-use")
        return Fault{"configuration", textOf(path) + " is being changed by another program; try again."};
    if (!lock) return lock.error();
    removeUnfinished(path);
    const auto text = unlessLost(path);
    if (!text) return text.error();
    const auto next = change(*text);
    if (!next) return next.error();
    if (next->size() > mostRead)
        return Fault{"configuration",
                     textOf(path) + " would have more than " + std::to_string(mostRead >> 20) + " MiB."};
    if (auto replaced = replaceFile(path, *next); !replaced) return replaced;
    failpoint("file.replaced");
    (void)lock->say(noted(path));  // the change is made, even where this fails
    return {};
}

void noteShared(const std::filesystem::path& given) {
    const auto path = meant(given);
    const auto lock = FileLock::take(lockOf(path), std::chrono::milliseconds(0));
    if (lock) (void)lock->say(noted(path));  // where another account owns the folder, its own commands note it
}

}  // namespace deskline
