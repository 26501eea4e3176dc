// Lengths of texts as people count them. Thread: any.
#pragma once
#include <algorithm>
#include <string_view>

namespace deskline {

// Characters (code points) of a UTF-8 text, as JSON Schema's maxLength counts them.
inline std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(std::ranges::count_if(utf8, [](unsigned char byte) { return (byte & 0xc0) != 0x80; }));
}

}  // namespace deskline
