#include "events/frame.hpp"

#include <charconv>

namespace deskline::events {
namespace {

void appendHeader(std::string& out, std::size_t length, bool compressed = false) {
    out += static_cast<char>(compressed ? 0xc1 : 0x81);  // FIN, text; RSV1: compressed
    if (length < 126) {
        out += static_cast<char>(length);
    } else if (length <= 0xffff) {
        out += static_cast<char>(126);
        out += static_cast<char>(length >> 8);
        out += static_cast<char>(length);
    } else {
        out += static_cast<char>(127);
        for (int shift = 56; shift >= 0; shift -= 8)
            out += static_cast<char>(static_cast<std::uint64_t>(length) >> shift);
    }
}

constexpr std::string_view prefix = R"({"op":"event",)";

}  // namespace

bool Cursor::parse(std::string_view text, Cursor& out) {
    const auto dash = text.rfind('-');
    if (dash == std::string_view::npos || dash == 0 || dash + 1 == text.size()) return false;
    const auto [end, error] = std::from_chars(text.data() + dash + 1, text.data() + text.size(), out.number);
    if (error != std::errc() || end != text.data() + text.size()) return false;
    out.epoch = text.substr(0, dash);
    return true;
}

std::string textFrame(std::string_view text, bool compressed) {
    std::string frame;
    frame.reserve(text.size() + 10);
    appendHeader(frame, text.size(), compressed);
    frame += text;
    return frame;
}

std::string_view textOf(std::string_view frame) {
    const auto length = static_cast<unsigned char>(frame[1]);
    return frame.substr(length < 126 ? 2 : length == 126 ? 4 : 10);
}

std::string_view Frame::cursor() const {
    constexpr std::string_view before = R"("specversion":"1.0","id":")";  // as the ledger writes it
    auto rest = std::string_view(bytes).substr(body);
    if (number == 0 || !rest.starts_with(before)) return {};
    rest.remove_prefix(before.size());
    return rest.substr(0, rest.find('"'));
}

FramePtr makeFrame(Frame meta, std::string_view cloudEvent) {
    const auto tail = cloudEvent.substr(1);
    meta.bytes.reserve(prefix.size() + tail.size() + 10);
    appendHeader(meta.bytes, prefix.size() + tail.size());
    meta.bytes += prefix;
    meta.body = meta.bytes.size();
    meta.bytes += tail;
    return std::make_shared<const Frame>(std::move(meta));
}

}  // namespace deskline::events
