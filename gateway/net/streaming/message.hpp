// What is said on a stream beside events: messages from the client, read strictly; results of its commands, and close
// frames, to it. Source: asyncapi.yaml, RFC 6455. Thread: any.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/request.hpp"
#include "net/http/authentication.hpp"

namespace deskline::net {

enum class CloseCode : std::uint16_t {  // those below 4100 say: stay away; those above, and 1001 and 1012: come back
                                        // and resume
    going_away = 1001,
    restart = 1012,
    bad_frame = 4000,
    not_authorized = 4001,
    forbidden = 4003,
    unknown_op = 4004,
    hello_late = 4005,
    replaced = 4010,
    token_expired = 4102,
    too_slow = 4108,
    too_many_connections = 4109,
};

// What a client says; `op` decides which members it may have.
struct Message {
    std::string op;
    std::optional<std::string> token, cursor, id, method, path;
    std::optional<std::vector<std::string>> topics, agents;
    std::optional<double> audioRate;
    std::optional<boost::json::value> body, headers;
};
BOOST_DESCRIBE_STRUCT(Message, (), (op, token, cursor, id, method, path, topics, agents, audioRate, body, headers))

struct Unreadable {
    std::string reason;  // for the close frame: nothing of it is the client's
    std::string detail;  // for the log
};
boost::system::result<Message, Unreadable> readMessage(std::string_view text);

// The request that a command is. `connection`: what makes its id unique where the client gives none. `whole`: false
// where its target is broken; then there is nothing to carry out.
api::Request requestOf(const Message& command, const std::string& connection, const identity::Identity& identity,
                       const ClientInfo& client, bool& whole);
std::string resultFrame(const std::string& id, const api::Response& response);

// A close frame whose reason is JSON: {"reason":"too-slow","retry":2000}. At most 123 bytes of it, whole and in UTF-8
// whatever the reason.
std::string closeFrame(CloseCode code, std::string_view reason, int retryMilliseconds);

}  // namespace deskline::net
