// What a client says on a stream, read strictly, and the request that a command of it is. Source: asyncapi.yaml.
// Thread: any.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/request.hpp"
#include "model/secret.hpp"
#include "net/http/authentication.hpp"

namespace deskline::net {

// What a client says; `op` decides which members it may have. A body that no request took is wiped with the message: it
// may hold a PIN.
struct Message {
    std::string op;
    std::optional<std::string> token, cursor, id, method, path;
    std::optional<std::vector<std::string>> topics, agents;
    std::optional<double> audioRate;
    std::optional<boost::json::value> body, headers;

    Message() = default;
    Message(Message&&) = default;
    Message& operator=(Message&&) = delete;
    ~Message() {
        if (body) wipe(*body);
    }
};
BOOST_DESCRIBE_STRUCT(Message, (), (op, token, cursor, id, method, path, topics, agents, audioRate, body, headers))

struct Unreadable {
    std::string reason;  // for the close frame: nothing of it is the client's
    std::string detail;  // for the log
};
boost::system::result<Message, Unreadable> readMessage(std::string_view text);

// The request that a command is. `connection`: what makes its id unique where the client gives none. `whole`: false
// where its target is broken; then there is nothing to carry out.
api::Request requestOf(Message command, const std::string& connection, const identity::Identity& identity,
                       const ClientInfo& client, bool& whole);

}  // namespace deskline::net
