// A file that several programs change. Each change reads, edits and writes the file under its lock, so that none is
// lost. The lock is a file beside it, `<name>.lock`. It also notes that the file existed, so that a lost file is not
// taken for one that never was. Thread: the caller's.
#pragma once
#include <functional>

#include "model/files.hpp"

namespace deskline {

inline constexpr auto updatePatience = std::chrono::seconds(30);  // how long a change waits for those of others

// The content; absent: there never was a file. A file that was lost is a fault, as is one that cannot be read.
Result<std::optional<std::string>> readShared(const std::filesystem::path& path);
// Replaces the content by the result of `change`, which gets the content as it is (absent: there is no file). Other
// programs wait meanwhile, so slow work belongs before this call. A fault of `change` is returned, and nothing written.
Result<void> updateShared(const std::filesystem::path& path,
                          const std::function<Result<std::string>(const std::optional<std::string>&)>& change);
// Notes for `readShared`, where that is possible, that the file exists and belongs to this gateway.
void noteShared(const std::filesystem::path& path);

}  // namespace deskline
