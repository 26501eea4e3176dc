// Texts: their length as people count it, and the ASCII that protocols are written in, whatever the locale. Thread: any.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>

namespace deskline {

// Characters (code points) of a UTF-8 text, as JSON Schema's maxLength counts them.
inline std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(std::ranges::count_if(utf8, [](unsigned char byte) { return (byte & 0xc0) != 0x80; }));
}

inline bool isDigit(char c) { return c >= '0' && c <= '9'; }
inline bool isDigits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, isDigit); }

inline std::string lower(std::string_view text) {  // of ASCII letters alone
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

}  // namespace deskline
