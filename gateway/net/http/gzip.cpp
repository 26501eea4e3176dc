#include "net/http/gzip.hpp"

#include <boost/beast/zlib/deflate_stream.hpp>
#include <boost/crc.hpp>

namespace deskline::net {

std::string gzip(std::string_view text) {
    namespace zlib = boost::beast::zlib;
    zlib::deflate_stream deflate;
    std::string out("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);  // no name, no time, any system
    const auto head = out.size();
    out.resize(head + deflate.upper_bound(text.size()));
    zlib::z_params params;
    params.next_in = text.data();
    params.avail_in = text.size();
    params.next_out = out.data() + head;
    params.avail_out = out.size() - head;
    boost::beast::error_code error;
    deflate.write(params, zlib::Flush::finish, error);  // end_of_stream: upper_bound leaves room for all of it
    out.resize(head + params.total_out);
    boost::crc_32_type sum;
    sum.process_bytes(text.data(), text.size());
    for (const auto number : {static_cast<std::uint32_t>(sum.checksum()), static_cast<std::uint32_t>(text.size())})
        for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(number >> shift);
    return out;
}

}  // namespace deskline::net
