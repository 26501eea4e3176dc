// Compression of whole bodies. Source: RFC 1951, RFC 1952. Thread: any.
#pragma once
#include <string>
#include <string_view>

namespace deskline::net {

std::string gzip(std::string_view text);

}  // namespace deskline::net
