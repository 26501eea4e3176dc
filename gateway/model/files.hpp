// Files with secrets, and files that others write while the gateway runs: read whole, made for their owner alone,
// replaced whole. What cannot be read is never taken for what is not there. Faults (configuration) name the file, the
// host's reason and what to do about it. Source: open(2), rename(2), fsync(2); CreateFileW, MoveFileExW. Thread: any.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "model/fault.hpp"

namespace deskline {

inline constexpr std::size_t mostRead = 64
                                        << 20;  // bytes; the longest that is wanted is a list of revoked certificates

inline constexpr std::string_view noRoom = "ENOSPC";  // a fault's symbol: the disk, or the account's share, is full

// The whole content; nothing: there is no such file. A link that leads nowhere, a folder, a pipe, or more than
// `mostRead` is a fault.
Result<std::optional<std::string>> readWhole(const std::filesystem::path& path);
// The same, where the file has to be there.
Result<std::string> readExisting(const std::filesystem::path& path);

struct FileStamp {                          // another one whenever the content may be another
    std::int64_t written = 0, changed = 0;  // nanoseconds since 1970
    std::uint64_t size = 0, id = 0;
    bool operator==(const FileStamp&) const = default;
};
// Without opening it, so also when no descriptor is left; nothing: there is no such file.
Result<std::optional<FileStamp>> stampOf(const std::filesystem::path& path);

// A new file that its owner alone may read or write, with this content and on the disk; it is there whole or not at
// all. False: there is something of that name already, be it a link; it was left alone. Where root makes it, it belongs
// to whom the folder belongs.
Result<bool> createPrivate(const std::filesystem::path& path, std::string_view content);
// Gives a file that is on the disk its name, where nobody has it. False: somebody has; the file is as it was.
Result<bool> nameFile(const std::filesystem::path& next, const std::filesystem::path& path);
// In place of what is there, or of nothing: whole or not at all, on the disk when this returns, for its owner alone
// (the one before it).
Result<void> replaceFile(const std::filesystem::path& path, std::string_view content);
// A folder for its owner alone, with those above it that are missing; one that is there is left as it is.
Result<void> makeFolder(const std::filesystem::path& path);
// Whether this account may make what has this name, with the folders above it that are missing; in which folder that is
// there. Nothing is made.
Result<std::filesystem::path> mayMake(const std::filesystem::path& path);
Result<void> mayMakeIn(const std::filesystem::path& folder);  // the same in a folder that is there
// What was written into the file by others (SQLite) is on the disk when this returns.
Result<void> syncFile(const std::filesystem::path& path);

// The name beside `path` under which its next content is written: one that nobody else takes. `unfinished`: whether a
// name is such a one.
std::filesystem::path nameBeside(const std::filesystem::path& path);
bool unfinished(const std::filesystem::path& name, const std::filesystem::path& path);
// Takes away what was begun there by somebody who ended in the middle. Who makes the file just now by `createPrivate`
// begins once more.
void removeUnfinished(const std::filesystem::path& path);

}  // namespace deskline
