// The HTTP side of a connection: one coroutine that reads requests and answers them in order, until it ends or becomes a stream.
// Each request is read by net/reading.hpp; 15 s for the handshake.
// Thread: the shard's.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/beast/http.hpp>

#include "api/exchange.hpp"
#include "net/channel.hpp"
#include "net/framing.hpp"
#include "net/shard.hpp"
#include "net/site.hpp"

namespace deskline::net {

std::int64_t secondsNow();  // since 1970
// When an unanswered request is told that the gateway ends, and how it is told that, or that there can be no answer.
Leaving leavingOf(const api::Request& request);
std::function<api::Response(const Fault&)> unanswered(const api::Request& request);
api::Later laterOn(asio::io_context& io);  // timers of a shard, for requests that come in on it

asio::awaitable<void> serveHttp(std::shared_ptr<Channel> channel, Shard& shard, Site& site);

// What is outside the API: health, readiness, metrics, problem pages, the web client. Never blocks.
HttpResponse serveSite(const Site& site, const HttpRequest& request);

}  // namespace deskline::net
