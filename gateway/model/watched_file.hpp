// A file that others may write: told again when its content is another. One that cannot be read changes nothing: it is
// said in the log, once until it can be read again, and by `fault`, and it is tried again. Of one that could not be
// read from the first look on, only `fault` tells: the gateway does not start with it, and says why. Times of files
// have whole seconds on some hosts, so one that was written just now is read again until it has settled.
// Thread: the caller's.
#pragma once
#include <optional>
#include <string>

#include "model/files.hpp"

namespace deskline {

class WatchedFile {
public:
    enum class Absent { first, never };  // first: it may be missing until it was there once

    WatchedFile(std::filesystem::path path, Absent absent) : path_(std::move(path)), absent_(absent) {}

    // Its whole content where that is not what was told last. Nothing: no news, or it cannot be read just now.
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
