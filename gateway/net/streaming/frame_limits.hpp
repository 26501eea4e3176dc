// How much of a client's frames is read, and whether they may be compressed: the same for every stream. Source: RFC
// 6455, RFC 7692. Thread: any.
#pragma once
#include <boost/beast/websocket/option.hpp>
#include <cstddef>

namespace deskline::net {

inline constexpr std::size_t longestMessage = 65'536;  // bytes, uncompressed
// Room for one message that is being read. Beast allocates as much as a frame's header announces, and limits a
// compressed frame only by what comes out of it: without this bound, ten bytes of a stranger could claim all the memory
// there is.
inline constexpr std::size_t messageRoom = 2 * longestMessage + 4096;

template <class WebSocket>
void limit(WebSocket& socket, bool compression) {
    if (compression) {
        boost::beast::websocket::permessage_deflate deflate;
        deflate.server_enable = true;
        deflate.server_no_context_takeover = true;  // one compressed frame serves everybody
        deflate.client_no_context_takeover = true;  // nothing is kept for an idle client
        socket.set_option(deflate);
    }
    socket.read_message_max(longestMessage);
}

}  // namespace deskline::net
