#include "model/hresult.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace deskline {

const HresultRow* rowOf(std::uint32_t code) {
    const auto* row = std::ranges::find(hresultTable, code, &HresultRow::code);
    return row == std::end(hresultTable) ? nullptr : row;
}

std::string hex(std::uint32_t code) { return fmt::format("0x{:08X}", code); }

std::string_view symbolOf(std::uint32_t code) {
    const auto* row = rowOf(code);
    return row ? row->symbol : std::string_view();
}

bool meansSourceLost(std::uint32_t code) {
    const auto* row = rowOf(code);
    return row && (row->slug == "source-lost" || row->slug == "source-restarting");
}

}  // namespace deskline
