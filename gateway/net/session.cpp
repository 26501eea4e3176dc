#include "net/session.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "api/headers.hpp"
#include "api/router.hpp"
#include "model/address.hpp"
#include "model/text.hpp"
#include "net/http/api_call.hpp"
#include "net/http/authentication.hpp"
#include "net/http/request_reader.hpp"
#include "net/http/response.hpp"
#include "net/pages/pages.hpp"
#include "net/streaming/event_stream_session.hpp"
#include "net/streaming/websocket_session.hpp"
#include "net/transport/beast_stream.hpp"

namespace deskline::net {
namespace {

constexpr int writeSeconds = 30;
constexpr int streamRetry = 5;  // seconds
constexpr std::size_t smallAnswer = 4096;
const Fault unreadAnswers{
    "too-many-requests", "64 MiB of answers wait for you to read them.", {}, {}, false, {}, {}, false, 5};

struct Target {
    std::string path;  // below the API's prefix, when inApi
    std::map<std::string, std::string> query;
    bool inApi = false;
};

Result<Target> targetOf(const HttpRequest& request, const ServerContext& context) {
    Target target;
    if (!api::parseTarget({request.target().data(), request.target().size()}, target.path, target.query))
        return api::brokenTarget();
    const auto prefix = context.api.basePath + "/api/v1";
    target.inApi = target.path.starts_with(prefix + "/");
    if (target.inApi) target.path.erase(0, prefix.size());
    return target;
}

// A request to the API from somebody who may ask.
asio::awaitable<Result<api::Request>> authorized(HttpRequest& request, Target target, const ClientInfo& client,
                                                 Shard& shard, ServerContext& context) {
    const auto ticket = target.query.find("ticket");
    const bool byTicket = target.path == "/events" && ticket != target.query.end();
    auto caller = co_await authenticate(context, shard, request, client, byTicket ? &ticket->second : nullptr);
    if (!caller) co_return caller.error();
    if (!*caller) co_return unknownCaller(context, client);
    auto call = apiRequest(request, std::move(target.path), std::move(target.query), client, shard);
    call.identity = std::move(**caller);
    co_return call;
}

// Descriptions are for everybody, before anybody is known.
bool isDescription(std::string_view path) { return path == "/openapi.json" || path == "/asyncapi.json"; }

// `whose`: the account, once it is known.
asio::awaitable<HttpResponse> answer(HttpRequest& request, Target target, const ClientInfo& client, Shard& shard,
                                     ServerContext& context, std::string& whose) {
    if (const auto fault = refusedOrigin(client, context)) co_return refuse(*fault);
    if (request.target() == "*") co_return options(request, "GET, HEAD, PUT, POST, PATCH, DELETE, OPTIONS");
    if (!target.inApi || isDescription(target.path)) co_return serveSite(context, request);
    if (request.method() == http::verb::options) {
        const auto methods = api::allowed(target.path);
        if (!methods.empty()) co_return options(request, methods);
        co_return refuse({"not-found", "There is no resource " + printable(target.path) + "."});
    }
    auto call = co_await authorized(request, std::move(target), client, shard, context);
    if (!call) co_return refuse(call.error());
    whose = call->identity.account();
    const auto id = call->requestId;
    auto response = plain(co_await ask(context, shard, std::move(*call)));
    response.set("X-Request-Id", id);
    co_return response;
}

bool wantsEventStream(const HttpRequest& request, const Target& target) {
    const std::string_view accept = request[http::field::accept];
    return target.inApi && target.path == "/events" && request.method() == http::verb::get && request.version() == 11 &&
           !accept.empty() && api::accepted(accept, "text/event-stream") > api::accepted(accept, "application/json");
}

struct EventStreamCall {
    HttpResponse head;  // of the stream, or the refusal
    identity::Identity identity = {};
    std::optional<api::EventsQuery> query = {};
    std::optional<Shares::Share> place = {};
};

Fault tooManyStreams(const ServerContext& context) {
    Fault fault{"too-many-requests", "This account has " + std::to_string(context.streamPlaces.each()) +
                                         " streams open ([server] streams_per_account)."};
    fault.retryAfter = streamRetry;
    return fault;
}

asio::awaitable<EventStreamCall> openEventStream(HttpRequest& request, Target target, const ClientInfo& client,
                                                 Shard& shard, ServerContext& context) {
    if (const auto fault = refusedOrigin(client, context)) co_return EventStreamCall{refuse(*fault)};
    auto call = co_await authorized(request, std::move(target), client, shard, context);
    if (!call) co_return EventStreamCall{refuse(call.error())};
    auto admission = api::admit(context.api, *call);
    if (admission.refusal) co_return EventStreamCall{plain(std::move(*admission.refusal))};
    auto query = api::parseEventsQuery(context.api, *call);
    if (!query) co_return EventStreamCall{plain(api::problem(query.error(), call->requestId))};
    auto place = context.streamPlaces.take(call->identity.account());
    if (!place) {
        ++context.refusedStreams;
        co_return EventStreamCall{plain(api::problem(tooManyStreams(context), call->requestId))};
    }
    if (const auto last = call->header("last-event-id"); !last.empty()) query->after = last;
    HttpResponse head{http::status::ok, 11};
    for (const auto& [name, value] : admission.headers) head.set(name, value);
    head.set("X-Request-Id", call->requestId);
    head.set(http::field::content_type, "text/event-stream");
    head.set(http::field::cache_control, "no-store");
    head.set("X-Accel-Buffering", "no");  // a reverse proxy must not hold events back
    co_return EventStreamCall{std::move(head), std::move(call->identity), std::move(*query), std::move(place)};
}

bool isStream(const HttpRequest& request, const Target& target) {
    return boost::beast::websocket::is_upgrade(request) && target.inApi && target.path == "/stream";
}

HttpResponse refuseCrowded(const HttpRequest& request, const ClientInfo& client, const ServerContext& context) {
    const Fault fault{"too-many-connections",
                      "[server] max_connections = " + std::to_string(context.maxConnections) + " is reached."};
    auto response = finish(refuse(fault), request, client, context);
    response.keep_alive(false);
    return response;
}

// One connection, from its handshake on: between its requests and while one is answered.
class HttpSession final : public Open {
public:
    HttpSession(std::shared_ptr<TlsConnection> connection, Shard& shard, ServerContext& context)
        : connection_(std::move(connection)),
          shard_(shard),
          context_(context),
          pause_(shard.io()),
          stream_(connection_) {
        shard.opened(*this);
    }

    asio::awaitable<void> run() {
        connection_->expireIn(requestSeconds);
        if (shard_.leaving() != Leaving::not_yet || !co_await itsTurn() || !co_await shakeHands()) {
            if (const auto why = connection_->certificateFault(); !why.empty())
                certificateRefused(context_, connection_->peer(), why);
            connection_->close();
            co_return;
        }
        crowded_ = context_.connections > context_.maxConnections;
        for (bool first = true; shard_.leaving() == Leaving::not_yet; first = false) {
            does_ = Does::listens;
            auto read = co_await readRequest(stream_, buffer_, first);
            if (!read && !connection_->closing()) co_await refuseUnreadable(read.error());
            if (!read || !*read) break;
            if (connection_->closing()) break;  // the end began meanwhile: what cannot be answered is not carried out
            does_ = Does::answers;
            ++context_.requests;
            auto& request = **read;
            const auto then = co_await serve(request);
            if (then == Then::taken) co_return;
            forgetSecrets(request, buffer_);
            if (then == Then::ends || !request.keep_alive() || connection_->closed() || context_.api.draining) break;
        }
        connection_->closeAfterDrain();
    }

    // Nothing asked yet: at the end it is closed.
    void leave(Leaving stage) override {
        if (stage == Leaving::now || does_ == Does::handshake) {
            connection_->close();
            pause_.cancel();
        } else if (does_ == Does::listens) {
            connection_->closeAfterDrain();
        }
    }

private:
    enum class Does { handshake, listens, answers };
    enum class Then { next, ends, taken };  // after a request: taken: the connection is a stream's by now

    // Handshakes cost more than anything else that a stranger can ask for: from one address they come one after
    // another.
    asio::awaitable<bool> itsTurn() {
        error_code error;
        const auto in = context_.peers.handshakeIn(asio::ip::make_address(connection_->peer(), error));
        if (error || !in) co_return false;
        if (*in > std::chrono::milliseconds(1)) {
            pause_.expires_after(*in);
            co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, error));
        }
        co_return !connection_->closed();
    }

    asio::awaitable<bool> shakeHands() {
        error_code error;
        for (;;) {
            const auto want = connection_->handshake(error);
            if (want == TlsConnection::Want::nothing) co_return !error;
            co_await connection_->socket().async_wait(
                want == TlsConnection::Want::read ? tcp::socket::wait_read : tcp::socket::wait_write,
                asio::redirect_error(asio::use_awaitable, error));
            if (error) co_return false;
        }
    }

    asio::awaitable<void> refuseUnreadable(Fault fault) {
        if (fault.slug == "header-too-large") fault = beyondLimits(context_, connection_->peer(), std::move(fault));
        HttpRequest nothing;
        nothing.keep_alive(false);
        const ClientInfo nobody;
        co_await write(finish(refuse(fault), nothing, nobody, context_));
    }

    asio::awaitable<Then> serve(HttpRequest& request) {
        const auto client = clientInfoOf(request, *connection_, context_);
        auto target = targetOf(request, context_);
        if (!target) {
            co_await write(finish(refuse(target.error()), request, client, context_));
            co_return Then::next;
        }
        if (isStream(request, *target)) co_return co_await upgrade(request, *target, client);
        if (crowded_) {
            co_await write(refuseCrowded(request, client, context_));
            co_return Then::ends;
        }
        if (wantsEventStream(request, *target)) co_return co_await beginEvents(request, std::move(*target), client);
        co_await answerWhole(request, std::move(*target), client);
        co_return Then::next;
    }

    asio::awaitable<Then> upgrade(HttpRequest& request, const Target& target, const ClientInfo& client) {
        const auto ticket = target.query.find("ticket");
        auto refusal = refusedOrigin(client, context_);
        if (!refusal) {
            auto identity = co_await authenticate(context_, shard_, request, client,
                                                  ticket == target.query.end() ? nullptr : &ticket->second);
            if (identity) {
                acceptStream(connection_, shard_, context_, request, client, std::move(*identity), crowded_);
                co_return Then::taken;
            }
            refusal = identity.error();
        }
        co_await write(finish(refuse(*refusal), request, client, context_));
        co_return Then::next;
    }

    asio::awaitable<Then> beginEvents(HttpRequest& request, Target target, const ClientInfo& client) {
        auto call = co_await openEventStream(request, std::move(target), client, shard_, context_);
        auto head = finish(std::move(call.head), request, client, context_);
        if (!call.query) {
            co_await write(std::move(head));
            co_return Then::next;
        }
        head.erase(http::field::content_length);
        co_await serveEventStream(connection_, shard_, context_, std::move(head), client.address,
                                  std::move(call.identity), std::move(*call.place), std::move(*call.query));
        co_return Then::taken;
    }

    asio::awaitable<void> answerWhole(HttpRequest& request, Target target, const ClientInfo& client) {
        auto whose = addressKey(client.address);  // until it is known who asks
        auto response = finish(co_await answer(request, std::move(target), client, shard_, context_, whose), request,
                               client, context_);
        const auto size = response.body().size();
        std::optional<Shares::Share> room;  // until it has been taken
        const bool counts =
            request.method() == http::verb::get && size > smallAnswer;  // what was changed is told in any case
        if (counts) room = context_.unread.take(whose, size);
        if (counts && !room) response = finish(refuse(unreadAnswers), request, client, context_);
        co_await write(std::move(response));
    }

    asio::awaitable<void> write(HttpResponse response) {
        connection_->expireIn(writeSeconds);
        error_code error;
        co_await http::async_write(stream_, response, asio::redirect_error(asio::use_awaitable, error));
    }

    const std::shared_ptr<TlsConnection> connection_;
    Shard& shard_;
    ServerContext& context_;
    asio::steady_timer pause_;
    BeastStream stream_;
    boost::beast::flat_buffer buffer_;
    Does does_ = Does::handshake;
    bool crowded_ = false;  // one connection too many
};

}  // namespace

asio::awaitable<void> serveHttp(std::shared_ptr<TlsConnection> connection, Shard& shard, ServerContext& context) {
    HttpSession session(std::move(connection), shard, context);
    co_await session.run();
}

}  // namespace deskline::net
