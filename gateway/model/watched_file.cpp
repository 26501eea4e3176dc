#include "model/watched_file.hpp"

#include <openssl/crypto.h>
#include <spdlog/spdlog.h>

#include <chrono>

#include "model/host_text.hpp"
#include "model/id.hpp"

namespace deskline {
namespace {

constexpr std::chrono::nanoseconds settled = std::chrono::seconds(3);

bool hasSettled(const FileStamp& stamp) {
    return std::chrono::system_clock::now().time_since_epoch() -
               std::chrono::nanoseconds(std::max(stamp.written, stamp.changed)) >
           settled;
}

}  // namespace

std::optional<std::string> WatchedFile::failed(std::string why) {
    if (fault_.empty() && wasWell_) spdlog::error("{}{}", why, digest_ ? " What was known before stays." : "");
    fault_ = std::move(why);
    return std::nullopt;
}

void WatchedFile::well(const char* is) {
    if (!fault_.empty() && wasWell_) spdlog::info("{} {}", textOf(path_), is);
    fault_.clear();
    wasWell_ = true;
}

std::optional<std::string> WatchedFile::news() {
    const auto stamp = stampOf(path_);
    if (!stamp) return failed(stamp.error().detail);
    if (*stamp && digest_ && **stamp == stamp_ && hasSettled(stamp_)) {
        well("can be read again");
        return std::nullopt;
    }
    auto text = readWhole(path_);
    if (!text) return failed(text.error().detail);
    if (!*text) {
        if (digest_ || absent_ == Absent::never)
            return failed(textOf(path_) + " is not there" + (digest_ ? " any more: put it back." : "."));
        well("is not there any more");
        return std::nullopt;
    }
    well("can be read again");
    stamp_ = *stamp ? **stamp : FileStamp{};
    auto is = digest(**text);
    if (digest_ == is) {
        OPENSSL_cleanse((*text)->data(), (*text)->size());  // it may be a key
        return std::nullopt;
    }
    digest_ = std::move(is);
    return std::move(**text);
}

}  // namespace deskline
