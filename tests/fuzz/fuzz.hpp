// Shared by all fuzz targets. A target reads its input with the gateway's own parser, and asserts more than that
// nothing crashes: a value that was read can be written and read again, a refusal has a reason, numbers are within
// their bounds.
#pragma once
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "model/fault.hpp"

// Asserts a property; where it does not hold, the process aborts, and libFuzzer keeps the input.
#define HOLDS(property)                                                                         \
    do {                                                                                        \
        if (!(property)) {                                                                      \
            std::fprintf(stderr, "does not hold: %s (%s:%d)\n", #property, __FILE__, __LINE__); \
            std::abort();                                                                       \
        }                                                                                       \
    } while (false)

namespace deskline::fuzz {

void one(std::string_view input);  // the target

inline void isReason(const Fault& fault) {  // a refusal says why in words
    HOLDS(!fault.detail.empty());
    for (const auto& error : fault.errors) HOLDS(!error.detail.empty());
}

inline void isProblem(const Fault& fault) {  // and, where a caller hears of it, it is a row of the table of problems
    isReason(fault);
    HOLDS(&fault.slug.problem() == &Slug::of(fault.slug.text())->problem());
}

// Whether two JSON values are equal; fractions may differ in the last digit, which their text may lose.
inline bool alike(const boost::json::value& a, const boost::json::value& b) {
    if (a.is_double() || b.is_double()) {
        const auto x = a.is_number() ? a.to_number<double>() : NAN, y = b.is_number() ? b.to_number<double>() : NAN;
        return x == y || std::abs(x - y) <= 1e-12 * std::abs(x);
    }
    if (a.is_object() && b.is_object() && a.get_object().size() == b.get_object().size())
        return std::ranges::all_of(a.get_object(), [&](const auto& member) {
            const auto* other = b.get_object().if_contains(member.key());
            return other && alike(member.value(), *other);
        });
    if (a.is_array() && b.is_array()) return std::ranges::equal(a.get_array(), b.get_array(), alike);
    return a == b;
}

// Takes the first line, with its end, off the input, and returns it without the end.
inline std::string_view line(std::string_view& input) {
    const auto end = input.find('\n');
    const auto first = input.substr(0, end);
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
    return first;
}

// A temporary folder of this process, for parsers that read files; removed at the end.
class Folder {
public:
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    std::filesystem::path write(const char* name, std::string_view content) const {
        auto file = path / name;
        std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
        std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        return file;
    }
    const std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("deskline-fuzz-" + std::to_string(getpid()));
};

}  // namespace deskline::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    spdlog::set_level(spdlog::level::off);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
    deskline::fuzz::one({reinterpret_cast<const char*>(bytes), count});
    return 0;
}
