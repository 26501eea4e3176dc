#include "model/fault.hpp"

#include <fmt/format.h>

namespace deskline {

Fault fromHresult(std::uint32_t code, std::string_view what) {
    const auto* row = rowOf(code);
    const auto shown = row ? fmt::format("{} ({})", row->symbol, hex(code)) : hex(code);
    Fault fault{row ? row->slug : Slug("source-fault"), fmt::format("{} answered {}.", what, shown), code};
    if (row) fault.symbol = row->symbol;
    fault.outcomeUnknown = fault.slug == "source-timeout";
    return fault;
}

}  // namespace deskline
