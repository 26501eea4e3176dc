// Texts: the ASCII that protocols are written in, whatever the locale; and what somebody else wrote: how long it is,
// whether it is UTF-8, and how it is shown to others. Whatever a caller, a provider or a driver has said goes through
// `printable` before it stands in an answer's detail, a close reason, the audit or the log, so that nobody writes
// another's line. Source: RFC 3629; Unicode 15, General_Category Cc, Zl and Zp, Bidi_Control. Thread: any.
#pragma once
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace deskline {

inline constexpr std::size_t longestShown = 200;  // bytes of a value that is repeated to the one who sent it
inline constexpr std::size_t longestName =
    255;  // bytes of what names somebody or something: an id, a subject, an origin, a key

// Characters (code points) of a UTF-8 text, as JSON Schema's maxLength counts them.
inline std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](unsigned char byte) { return (byte & 0xc0) != 0x80; }));
}

inline bool isDigit(char c) { return c >= '0' && c <= '9'; }
inline bool isDigits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, isDigit); }

inline std::string lower(std::string_view text) {  // of ASCII letters alone
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool isUtf8(std::string_view text);  // RFC 3629: no overlong form, no surrogate

// The text in valid UTF-8, at most `most` bytes long: a character that moves or hides others (controls, line and
// paragraph separators, marks of direction) becomes \u and its number, a byte that is no UTF-8 \x and its value. What
// is longer ends, at a character's border, with "…".
std::string printable(std::string_view text, std::size_t most = longestShown);

// As it is: UTF-8 without any of those characters, at most `most` bytes. For what is kept or compared, where cutting
// would make two into one.
bool isPrintable(std::string_view text, std::size_t most = longestName);

inline std::optional<std::string> given(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}  // "": none

}  // namespace deskline
