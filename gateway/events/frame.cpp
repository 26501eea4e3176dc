#include "events/frame.hpp"

#include "model/number.hpp"

namespace deskline::events {

bool Cursor::parse(std::string_view text, Cursor& out) {
    const auto dash = text.rfind('-');
    if (dash == std::string_view::npos || dash == 0) return false;
    const auto number = numberIn<std::uint64_t>(text.substr(dash + 1));
    if (!number) return false;
    out.number = *number;
    out.epoch = text.substr(0, dash);
    return true;
}

std::string_view Frame::cursor() const {
    constexpr std::string_view before = R"({"specversion":"1.0","id":")";  // as the ledger writes it
    std::string_view rest = text;
    if (number == 0 || !rest.starts_with(before)) return {};
    rest.remove_prefix(before.size());
    return rest.substr(0, rest.find('"'));
}

FramePtr makeFrame(Frame meta, std::string_view cloudEvent) {
    meta.text = cloudEvent;
    return std::make_shared<const Frame>(std::move(meta));
}

}  // namespace deskline::events
