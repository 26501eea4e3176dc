#include "net/shard/frame_encodings.hpp"

namespace deskline::net {

std::string FrameEncodings::deflate(std::string_view text) {
    namespace zlib = boost::beast::zlib;
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
    out.resize(params.total_out - tail);
    return out;
}

}  // namespace deskline::net
