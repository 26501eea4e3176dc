#include "model/text.hpp"

#include <fmt/format.h>

#include <iterator>

namespace deskline {
namespace {

constexpr std::string_view ellipsis = "…";

struct Character {
    char32_t code = 0;
    std::size_t length = 0;  // bytes; 0: it is no UTF-8
};

Character first(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto lead = at(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t length = lead >= 0xc2 && lead < 0xe0   ? 2
                               : lead >= 0xe0 && lead < 0xf0 ? 3
                               : lead >= 0xf0 && lead < 0xf5 ? 4
                                                             : 0;
    if (length == 0 || text.size() < length) return {};
    char32_t code = lead & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((at(i) & 0xc0) != 0x80) return {};
        code = code << 6 | (at(i) & 0x3fU);
    }
    const bool overlong = code < (length == 3 ? 0x800U : length == 4 ? 0x10000U : 0x80U);
    if (overlong || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return {};
    return {code, length};
}

// What ends a line, moves what stands beside it, or is not seen.
constexpr struct {
    char32_t from, to;
} unfit[] = {
    {0x0000, 0x001f},    // C0
    {0x007f, 0x009f},    // DEL, C1
    {0x061c, 0x061c},    // Arabic letter mark
    {0x200e, 0x200f},    // left-to-right, right-to-left mark
    {0x2028, 0x202e},    // line and paragraph separator, embeddings and overrides
    {0x2060, 0x206f},    // invisible operators, isolates, deprecated format characters
    {0xfeff, 0xfeff},    // zero width no-break space
    {0xfff9, 0xfffb},    // interlinear annotation
    {0xe0000, 0xe007f},  // tags
};

bool fits(char32_t code) {
    return std::ranges::none_of(unfit, [&](const auto& range) { return code >= range.from && code <= range.to; });
}

}  // namespace

bool isUtf8(std::string_view text) {
    while (!text.empty()) {
        const auto length = first(text).length;
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string printable(std::string_view text, std::size_t most) {
    std::string out;
    std::size_t whole = 0;  // bytes of `out` that leave room for the ellipsis
    while (!text.empty()) {
        const auto character = first(text);
        if (character.length == 0)
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(text[0]));
        else if (fits(character.code))
            out += text.substr(0, character.length);
        else
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(character.code));
        text.remove_prefix(std::max<std::size_t>(character.length, 1));
        if (out.size() > most) {
            out.resize(whole);
            if (most >= ellipsis.size()) out += ellipsis;
            return out;
        }
        if (out.size() + ellipsis.size() <= most) whole = out.size();
    }
    return out;
}

bool isPrintable(std::string_view text, std::size_t most) {
    if (text.size() > most) return false;
    while (!text.empty()) {
        const auto character = first(text);
        if (character.length == 0 || !fits(character.code)) return false;
        text.remove_prefix(character.length);
    }
    return true;
}

}  // namespace deskline
