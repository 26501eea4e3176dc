// Numbers that others write in decimal. Thread: any.
#pragma once
#include <charconv>
#include <concepts>
#include <limits>
#include <optional>
#include <string_view>

namespace deskline {

// The number that the whole text is, from `least` to `most`; absent: it is no such number. Digits, with a minus sign
// before a negative number: no plus sign, no "-0", no space. Zeros before other digits count for nothing.
template <std::integral Int>
std::optional<Int> numberIn(std::string_view text, Int least = std::numeric_limits<Int>::min(),
                            Int most = std::numeric_limits<Int>::max()) {
    Int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    const bool minusZero = number == 0 && text.starts_with('-');
    return whole && !minusZero && number >= least && number <= most ? std::optional(number) : std::nullopt;
}

}  // namespace deskline
