// Texts: ASCII as protocols use it, independent of the locale; and texts from others: their length, whether they are
// UTF-8, and how they are shown. Text from a caller, a provider or a driver goes through `printable` before it stands
// in an answer's detail, a close reason, the audit or the log, so that it cannot forge a line there. Source: RFC 3629;
// Unicode 15, General_Category Cc, Zl and Zp, Bidi_Control. Thread: any.
#pragma once
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace deskline {

inline constexpr std::size_t longestShown = 200;  // bytes of a value that is repeated to its sender
inline constexpr std::size_t longestName = 255;   // bytes of an id, a subject, an origin, a key

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

// The text in valid UTF-8, at most `most` bytes long. A character that moves or hides others (controls, line and
// paragraph separators, marks of direction) becomes \u and its number, a byte that is not UTF-8 becomes \x and its
// value. A longer text is cut between two characters and ends with "…".
std::string printable(std::string_view text, std::size_t most = longestShown);

// The text is UTF-8 without any of those characters and has at most `most` bytes. For texts that are kept or compared:
// cut, two different ones might become equal.
bool isPrintable(std::string_view text, std::size_t most = longestName);

// Absent where the text is "".
inline std::optional<std::string> given(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace deskline
