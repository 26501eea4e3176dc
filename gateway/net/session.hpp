// The HTTP side of a connection: one coroutine that reads requests and answers them in order, until it ends or becomes
// a stream. Each request is read by net/http/request_reader.hpp; 15 s for the handshake. Thread: the shard's.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <memory>

#include "net/http/context.hpp"
#include "net/shard/shard.hpp"
#include "net/transport/tls_connection.hpp"

namespace deskline::net {

asio::awaitable<void> serveHttp(std::shared_ptr<TlsConnection> connection, Shard& shard, ServerContext& context);

}  // namespace deskline::net
