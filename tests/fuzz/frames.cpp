// Frames that the gateway writes: reading them gives the same text again, compressed or not.
#include <boost/beast/zlib/inflate_stream.hpp>

#include "fuzz.hpp"
#include "net/shard/frame_encodings.hpp"
#include "net/streaming/server_sent_event.hpp"
#include "net/streaming/websocket_frame.hpp"

namespace deskline::fuzz {
namespace {

std::string_view textOf(std::string_view frame) {
    const auto length = static_cast<unsigned char>(frame[1]);
    return frame.substr(length < 126 ? 2 : length == 126 ? 4 : 10);
}

}  // namespace

void one(std::string_view input) {
    const auto frame = net::textFrame(input);
    HOLDS(textOf(frame) == input);
    static net::FrameEncodings encodings;
    const auto deflated = net::textFrame(encodings.deflate(input), true);
    HOLDS((static_cast<unsigned char>(deflated[0]) & 0xf0U) == 0xc0);  // FIN, RSV1
    namespace zlib = boost::beast::zlib;
    auto packed = std::string(textOf(deflated)) + std::string("\x00\x00\xff\xff", 4);  // RFC 7692 §7.2.2
    std::string text(input.size() + 1, '\0');
    zlib::z_params params;
    params.next_in = packed.data();
    params.avail_in = packed.size();
    params.next_out = text.data();
    params.avail_out = text.size();
    boost::beast::error_code error;
    zlib::inflate_stream inflater;
    inflater.write(params, zlib::Flush::sync, error);
    HOLDS(!error || error == zlib::error::need_buffers);
    HOLDS(std::string_view(text).substr(0, params.total_out) == input);
    const auto chunk = net::chunk(input);
    HOLDS(chunk.ends_with(std::string(input) + "\r\n"));
    HOLDS(std::stoul(chunk, nullptr, 16) == input.size());
}

}  // namespace deskline::fuzz
