// A stream: one WebSocket client with its subscription. Beast does the upgrade, reads, answers pings and closes; events
// leave through the connection's queue as frames that its shard has made once. What a client sends, and how many
// commands it has under way, is bounded. Source: RFC 6455. Thread: the shard's.
#pragma once
#include <optional>

#include "net/http/authentication.hpp"

namespace deskline::net {

// `crowded`: one too many, to be told so and closed.
void acceptStream(std::shared_ptr<TlsConnection> connection, Shard& shard, ServerContext& context, HttpRequest request,
                  ClientInfo client, std::optional<identity::Identity> identity, bool crowded);

}  // namespace deskline::net
