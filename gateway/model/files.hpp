// Files with secrets, and files that others write while the gateway runs: read whole, made for their owner alone,
// replaced whole. A file that cannot be read is a fault, never taken for a missing one. Faults (configuration) name the
// file, the host's reason and what to do about it. Source: open(2), rename(2), fsync(2); CreateFileW, MoveFileExW.
// Thread: any.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "model/fault.hpp"

namespace deskline {

// Bytes. The longest files that are read so are lists of revoked certificates.
inline constexpr std::size_t mostRead = 64 << 20;

inline constexpr std::string_view noRoom = "ENOSPC";  // a fault's symbol: the disk, or the account's share, is full

// The whole content; nothing: there is no such file. A link that leads nowhere, a folder, a pipe, or more than
// `mostRead` is a fault.
Result<std::optional<std::string>> readWhole(const std::filesystem::path& path);
// The same, where the file has to be there.
Result<std::string> readExisting(const std::filesystem::path& path);

struct FileStamp {                          // differs whenever the content may differ
    std::int64_t written = 0, changed = 0;  // nanoseconds since 1970
    std::uint64_t size = 0, id = 0;
    bool operator==(const FileStamp&) const = default;
};
// Does not open the file, so it works when no descriptor is left. Absent: there is no such file.
Result<std::optional<FileStamp>> stampOf(const std::filesystem::path& path);

// Makes a file that its owner alone may read or write, with this content. When it returns true, the file is on the
// disk; it is never there in part. False: something has that name already, even if only a link; it is left alone. A
// file that root makes belongs to the owner of the folder.
Result<bool> createPrivate(const std::filesystem::path& path, std::string_view content);
// Renames the file `next` to `path` where nothing has that name. False: something has it, and `next` is as it was.
Result<bool> nameFile(const std::filesystem::path& next, const std::filesystem::path& path);
// Puts a file with this content in place of the one that is there, or of none: whole or not at all, and on the disk
// when this returns. Its owner alone may read it; that is the owner of the file before it.
Result<void> replaceFile(const std::filesystem::path& path, std::string_view content);
// Makes a folder for its owner alone, and the missing ones above it. A folder that is there is left as it is.
Result<void> makeFolder(const std::filesystem::path& path);
// Whether this account may make `path` and the missing folders above it. The value is the lowest folder that exists.
// Nothing is made.
Result<std::filesystem::path> mayMake(const std::filesystem::path& path);
Result<void> mayMakeIn(const std::filesystem::path& folder);  // the same in a folder that is there
// When this returns, everything that was written into the file by others (SQLite) is on the disk.
Result<void> syncFile(const std::filesystem::path& path);

// A new random name beside `path` under which its next content is written. `unfinished`: whether `name` is one of
// those.
std::filesystem::path nameBeside(const std::filesystem::path& path);
bool unfinished(const std::filesystem::path& name, const std::filesystem::path& path);
// Removes files that a process began to write beside `path` and did not finish. A process that is in `createPrivate` at
// that moment starts again by itself.
void removeUnfinished(const std::filesystem::path& path);

}  // namespace deskline
