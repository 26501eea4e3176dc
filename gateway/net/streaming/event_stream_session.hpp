// An event stream: server-sent events over one long answer, for clients that have no WebSocket. The same events, bytes
// and filters. Its own messages: `snapshot` and `reset`, as on the WebSocket, and `close` with the reason before the
// gateway ends it. Source: WHATWG HTML §9.2. Thread: the shard's.
#pragma once
#include <boost/asio/awaitable.hpp>

#include "api/events_query.hpp"
#include "net/http/context.hpp"
#include "net/http/framing.hpp"
#include "net/shard/shard.hpp"
#include "net/transport/tls_connection.hpp"

namespace deskline::net {

// The head of the answer goes out first. `place`: among the streams of its account. Ends when the client leaves or the
// gateway sends it away.
asio::awaitable<void> serveEventStream(std::shared_ptr<TlsConnection> connection, Shard& shard, ServerContext& context,
                                       HttpResponse head, std::string address, identity::Identity identity,
                                       Shares::Share place, api::EventsQuery query);

}  // namespace deskline::net
