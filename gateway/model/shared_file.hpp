// A file that several programs change: each change is read, made and written under the file's lock, so none is lost.
// Beside the file lies that lock, `<name>.lock`; it also tells that the file was there once, so that one which went is
// not taken for one that never was. Thread: the caller's.
#pragma once
#include <functional>

#include "model/files.hpp"

namespace deskline {

inline constexpr auto updatePatience = std::chrono::seconds(30);  // for the changes of others

// Its content; nothing: there never was one. A file that was lost is a fault, as is one that cannot be read.
Result<std::optional<std::string>> readShared(const std::filesystem::path& path);
// Puts in its place what `change` makes of it. What takes long is done before: others wait meanwhile. The fault may be
// `change`'s own.
Result<void> updateShared(const std::filesystem::path& path,
                          const std::function<Result<std::string>(const std::optional<std::string>&)>& change);
// The file is there and is this gateway's: notes it for `readShared`, where it can.
void noteShared(const std::filesystem::path& path);

}  // namespace deskline
