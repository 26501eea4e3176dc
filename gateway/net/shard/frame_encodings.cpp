#include "net/shard/frame_encodings.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace deskline::net {

std::string chunk(std::string_view text) { return fmt::format("{:x}\r\n{}\r\n", text.size(), text); }

std::string eventChunk(std::string_view event, std::string_view id, std::string_view data) {
    std::string text;
    text.reserve(event.size() + id.size() + data.size() + 24);
    if (!id.empty()) text.append("id: ").append(id).append("\n");
    text.append("event: ").append(event).append("\ndata: ").append(data).append("\n\n");  // JSON text has no line
                                                                                          // breaks
    return chunk(text);
}

template <class Make>
Bytes FrameEncodings::once(Last& last, const events::FramePtr& frame, Make make) {
    if (last.frame != frame) last = {frame, std::make_shared<const std::string>(make())};
    return last.bytes;
}

Bytes FrameEncodings::eventStream(const events::FramePtr& frame) {
    return once(eventStream_, frame, [&] { return eventChunk(frame->type(), frame->cursor(), frame->cloudEvent()); });
}

Bytes FrameEncodings::deflated(const events::FramePtr& frame) {
    return once(deflated_, frame, [&] { return deflate(frame->bytes); });
}

std::string FrameEncodings::deflate(std::string_view frame) {
    namespace zlib = boost::beast::zlib;
    const auto text = events::textOf(frame);
    std::string out;
    out.resize(deflater_.upper_bound(text.size()) + 16);
    zlib::z_params params;
    params.next_in = text.data();
    params.avail_in = text.size();
    params.next_out = out.data();
    params.avail_out = out.size();
    boost::beast::error_code error;
    deflater_.reset(6, 15, 8, zlib::Strategy::normal);
    deflater_.write(params, zlib::Flush::sync, error);
    constexpr std::size_t tail = 4;  // 00 00 ff ff, which RFC 7692 §7.2.1 leaves out
    return events::textFrame(std::string_view(out).substr(0, params.total_out - tail), true);
}

}  // namespace deskline::net
