// A file that others may write: told again when its content is another. Times of files have whole seconds on some hosts, so one that was
// written just now is read again until it has settled. Thread: the caller's.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace deskline {

class WatchedFile {
public:
    explicit WatchedFile(std::filesystem::path path) : path_(std::move(path)) {}

    // Its whole content where that is not what was told last; "" for one that is not there. Nothing: no news.
    std::optional<std::string> news();
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
    std::filesystem::file_time_type written_{};
    std::uintmax_t size_ = 0;
    std::optional<std::string> digest_;  // of what was told last
};

}  // namespace deskline
