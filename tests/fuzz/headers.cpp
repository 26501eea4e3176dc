// Header fields that are lists: Accept, Accept-Encoding, If-Match, Prefer; and traceparent.
#include "api/headers.hpp"

#include "api/preference.hpp"
#include "fuzz.hpp"
#include "model/text.hpp"

namespace deskline::fuzz {

using namespace api;
namespace {

// RFC 3629 by its own grammar, to compare with.
bool utf8(std::string_view text) {
    const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    for (std::size_t i = 0; i < text.size();) {
        const auto first = at(i), second = at(i + 1);
        const auto tail = [&](std::size_t j) { return (at(i + j) & 0xc0U) == 0x80; };
        if (first < 0x80)
            i += 1;
        else if (first >= 0xc2 && first <= 0xdf && tail(1))
            i += 2;
        else if ((first & 0xf0U) == 0xe0 && tail(1) && tail(2) && (first != 0xe0 || second >= 0xa0) &&
                 (first != 0xed || second < 0xa0))
            i += 3;
        else if (first >= 0xf0 && first <= 0xf4 && tail(1) && tail(2) && tail(3) && (first != 0xf0 || second >= 0x90) &&
                 (first != 0xf4 || second < 0x90))
            i += 4;
        else
            return false;
    }
    return true;
}

bool isWeight(double weight) { return weight >= 0 && weight <= 1; }

}  // namespace

void one(std::string_view input) {
    for (const auto element : api::elements(input)) {
        HOLDS(!element.empty() && element.find(',') == std::string_view::npos);
        HOLDS(std::string_view(" \t").find(element.front()) == std::string_view::npos &&
              std::string_view(" \t").find(element.back()) == std::string_view::npos);
        HOLDS(element.data() >= input.data() && element.data() + element.size() <= input.data() + input.size());
    }
    for (const auto* type : {"application/json", "text/event-stream"}) HOLDS(isWeight(api::accepted(input, type)));
    HOLDS(isWeight(api::acceptedCoding(input, "gzip")));
    HOLDS(isUtf8(input) == utf8(input));
    HOLDS(characters(input) <= input.size());
    const auto shown = printable(input);
    HOLDS(shown.size() <= 200 && isUtf8(shown));
    for (const unsigned char c : shown) HOLDS(c >= 0x20 && c != 0x7f);
    HOLDS(!api::isTraceparent(input) || input.size() == 55);
    const auto wait = api::preference(input);
    if (!wait) return isProblem(wait.error());
    HOLDS(wait->patience.count() >= 0 && wait->patience.count() <= 120);
    HOLDS(!wait->async || !wait->applied.empty());
}

}  // namespace deskline::fuzz
