#include "model/watched_file.hpp"

#include <openssl/crypto.h>

#include <fstream>

#include "model/id.hpp"

namespace deskline {
namespace {

constexpr auto settled = std::chrono::seconds(3);

}  // namespace

std::optional<std::string> WatchedFile::news() {
    std::error_code error;
    const auto written = std::filesystem::last_write_time(path_, error);
    const auto size = error ? 0 : std::filesystem::file_size(path_, error);
    std::string text;
    if (!error) {
        const bool same = digest_ && written == written_ && size == size_;
        if (same && std::filesystem::file_time_type::clock::now() - written > settled) return std::nullopt;
        std::ifstream file(path_, std::ios::binary);
        text.assign(std::istreambuf_iterator<char>(file), {});
    }
    written_ = error ? std::filesystem::file_time_type{} : written;
    size_ = size;
    auto is = digest(text);
    if (digest_ == is) {
        OPENSSL_cleanse(text.data(), text.size());  // it may be a key
        return std::nullopt;
    }
    digest_ = std::move(is);
    return text;
}

}  // namespace deskline
