// How a double writes down an enumeration of Windows: each number, the header's name for it, the switch's or mixer's
// word. The doubles keep these tables for themselves and share none with the gateway, so that a number that is wrong
// there is not wrong here as well. Whoever defines a table asserts that it is `asInHeader`. Thread: any.
#pragma once
#include <algorithm>
#include <array>
#include <optional>

namespace deskline::doubles {

template <class Header, class Word>
struct NumberRow {
    int number;     // as Microsoft publishes it
    Header header;  // mingw-w64's
    Word word;
};

template <class Header, class Word, std::size_t count>
using NumberTable = std::array<NumberRow<Header, Word>, count>;

template <class Header, class Word, std::size_t count>
consteval bool asInHeader(const NumberTable<Header, Word, count>& table) {
    return std::ranges::all_of(table, [](const auto& row) { return row.number == static_cast<int>(row.header); });
}

// The number of a word; −1, which is no number of any table, for a word that Windows does not have.
template <class Header, class Word, std::size_t count>
constexpr Header numberOf(const NumberTable<Header, Word, count>& table, Word word) {
    const auto row = std::ranges::find(table, word, &NumberRow<Header, Word>::word);
    return static_cast<Header>(row == table.end() ? -1 : row->number);
}

template <class Header, class Word, std::size_t count>
constexpr std::optional<Word> wordOf(const NumberTable<Header, Word, count>& table, int number) {
    const auto row = std::ranges::find(table, number, &NumberRow<Header, Word>::number);
    return row == table.end() ? std::nullopt : std::optional(row->word);
}

}  // namespace deskline::doubles
