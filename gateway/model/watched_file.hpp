// A file that others may write: its content is told again when it has changed. While the file cannot be read, the last
// content stays, `fault` says why, and each look tries again; the log says so once. A file that has never been
// readable is not logged: the gateway does not start with it and says why itself. Some hosts keep the times of
// files in whole seconds, so a file that was written just now is read again until its time is past. Thread: the
// caller's.
#pragma once
#include <optional>
#include <string>

#include "model/files.hpp"

namespace deskline {

class WatchedFile {
public:
    enum class Absent { first, never };  // first: it may be missing until it was there once

    WatchedFile(std::filesystem::path path, Absent absent) : path_(std::move(path)), absent_(absent) {}

    // The whole content where it differs from what was told last. Absent: it does not, or it cannot be read just now.
    std::optional<std::string> news();
    const std::string& fault() const { return fault_; }  // why it cannot be read, and what to do; "": it can
    const std::filesystem::path& path() const { return path_; }

private:
    std::optional<std::string> failed(std::string why);
    void well(const char* is);

    std::filesystem::path path_;
    Absent absent_;
    FileStamp stamp_;                    // when it was read last
    std::optional<std::string> digest_;  // of what was told last
    std::string fault_;
    bool wasWell_ = false;  // it was read, or rightly absent, at least once
};

}  // namespace deskline
