// Reads one request after another off a connection: its header, which must be well-formed (net/http/framing.hpp), then
// its body. Limits hold before anybody is known: 16 KiB of header, 64 KiB of body, 60 s between requests, 15 s for
// each. Thread: the shard's.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <optional>

#include "net/http/framing.hpp"
#include "net/transport/beast_stream.hpp"

namespace deskline::net {

inline constexpr int requestSeconds = 15;

// What was read beyond the request stays in the buffer. Nothing: the connection ended. After a fault it must end: where
// the next request would begin is not known. `first`: the first of its connection, which has no 60 s to begin.
asio::awaitable<Result<std::optional<HttpRequest>>> readRequest(BeastStream& stream, boost::beast::flat_buffer& buffer,
                                                                bool first);

// A body may hold a PIN, a header a token: they go from memory before the next request.
void forgetSecrets(HttpRequest& request, boost::beast::flat_buffer& buffer);

}  // namespace deskline::net
