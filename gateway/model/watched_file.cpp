#include "model/watched_file.hpp"

#include <openssl/crypto.h>
#include <spdlog/spdlog.h>

#include <chrono>

#include "model/id.hpp"

namespace deskline {
namespace {

constexpr std::chrono::nanoseconds settled = std::chrono::seconds(3);

bool hasSettled(const FileStamp& stamp) {
    return std::chrono::system_clock::now().time_since_epoch() - std::chrono::nanoseconds(std::max(stamp.written, stamp.changed)) > settled;
}

}  // namespace

std::optional<std::string> WatchedFile::failed(std::string why) {
    if (fault_.empty() && digest_) spdlog::error("{} What was known before stays.", why);
    fault_ = std::move(why);
    return std::nullopt;
}

void WatchedFile::well() {
    if (!fault_.empty() && digest_) spdlog::info("{} can be read again", path_.string());
    fault_.clear();
}

std::optional<std::string> WatchedFile::news() {
    const auto stamp = stampOf(path_);
    if (!stamp) return failed(stamp.error().detail);
    if (*stamp && digest_ && **stamp == stamp_ && hasSettled(stamp_)) {
        well();
        return std::nullopt;
    }
    auto text = readWhole(path_);
    if (!text) return failed(text.error().detail);
    if (!*text) {
        if (digest_ || absent_ == Absent::never) return failed(path_.string() + " is not there" + (digest_ ? " any more: put it back." : "."));
        well();
        return std::nullopt;
    }
    well();
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
