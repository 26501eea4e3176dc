// What a client may send on a stream: how frames are read, and what a message says. Source: RFC 6455, RFC 7692, asyncapi.yaml. Thread: any.
#pragma once
#include <boost/beast/websocket/option.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/fault.hpp"
#include "model/json.hpp"

namespace deskline::net {

inline constexpr std::size_t longestMessage = 65'536;  // bytes, uncompressed

// What a client says; `op` decides which members it may have.
struct Message {
    std::string op;
    std::optional<std::string> token, cursor, id, method, path;
    std::optional<std::vector<std::string>> topics, agents;
    std::optional<double> audioRate;
    std::optional<boost::json::value> body, headers;
};
BOOST_DESCRIBE_STRUCT(Message, (), (op, token, cursor, id, method, path, topics, agents, audioRate, body, headers))

// The fault says what is wrong with it: bad-json, or invalid-argument with the members that do not fit.
Result<Message> readMessage(std::string_view text);

// How much of a client's frames is read, and whether they may be compressed: the same for every stream.
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
