// A request on its way through the API and back to the shard, as HTTP and as a command on a stream. Thread: the
// shard's.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <string>

#include "api/request.hpp"
#include "net/http/authentication.hpp"
#include "net/http/context.hpp"
#include "net/http/framing.hpp"
#include "net/shard/shard.hpp"

namespace deskline::net {

// What the API is asked. `path` and `query`: of the target, below the API's prefix. The body is taken out of the
// request.
api::Request apiRequest(HttpRequest& request, std::string path, std::map<std::string, std::string> query,
                        const ClientInfo& client, Shard& shard);
asio::awaitable<api::Response> ask(ServerContext& context, Shard& shard, api::Request request);

// When an unanswered request is told that the gateway ends, and how it is told that, or that there can be no answer.
Leaving leavingOf(const api::Request& request);
std::function<api::Response(const Fault&)> unanswered(const api::Request& request);
api::Later laterOn(asio::io_context& io);  // timers of a shard, for requests that come in on it

}  // namespace deskline::net
