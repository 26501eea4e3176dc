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

Result<Target> targetOf(const HttpRequest& request, const Site& site) {
    Target target;
    if (!api::parseTarget({request.target().data(), request.target().size()}, target.path, target.query))
        return api::brokenTarget();
    const auto prefix = site.api.basePath + "/api/v1";
    target.inApi = target.path.starts_with(prefix + "/");
    if (target.inApi) target.path.erase(0, prefix.size());
    return target;
}

// A request to the API from somebody who may ask.
asio::awaitable<Result<api::Request>> authorized(const HttpRequest& request, Target target, const From& from,
                                                 Shard& shard, Site& site) {
    const auto ticket = target.query.find("ticket");
    const bool byTicket = target.path == "/events" && ticket != target.query.end();
    auto caller = co_await whoAsks(site, shard, request, from, byTicket ? &ticket->second : nullptr);
    if (!caller) co_return caller.error();
    if (!*caller) co_return unknownCaller(site, from);
    auto call = apiRequest(request, std::move(target.path), std::move(target.query), from, shard);
    call.identity = std::move(**caller);
    co_return call;
}

// Descriptions are for everybody, before anybody is known.
bool isDescription(std::string_view path) { return path == "/openapi.json" || path == "/asyncapi.json"; }

// `whose`: the account, once it is known.
asio::awaitable<HttpResponse> answer(const HttpRequest& request, Target target, const From& from, Shard& shard,
                                     Site& site, std::string& whose) {
    if (const auto fault = refusedOrigin(from, site)) co_return refuse(*fault);
    if (request.target() == "*") co_return options(request, "GET, HEAD, PUT, POST, PATCH, DELETE, OPTIONS");
    if (!target.inApi || isDescription(target.path)) co_return serveSite(site, request);
    if (request.method() == http::verb::options) {
        const auto methods = api::allowed(target.path);
        if (!methods.empty()) co_return options(request, methods);
        co_return refuse({"not-found", "There is no resource " + printable(target.path) + "."});
    }
    auto call = co_await authorized(request, std::move(target), from, shard, site);
    if (!call) co_return refuse(call.error());
    whose = call->identity.account();
    const auto id = call->requestId;
    auto response = plain(co_await ask(site, shard, std::move(*call)));
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

Fault tooManyStreams(const Site& site) {
    Fault fault{"too-many-requests", "This account has " + std::to_string(site.streamPlaces.each()) +
                                         " streams open ([server] streams_per_account)."};
    fault.retryAfter = streamRetry;
    return fault;
}

asio::awaitable<EventStreamCall> openEventStream(const HttpRequest& request, Target target, const From& from,
                                                 Shard& shard, Site& site) {
    if (const auto fault = refusedOrigin(from, site)) co_return EventStreamCall{refuse(*fault)};
    auto call = co_await authorized(request, std::move(target), from, shard, site);
    if (!call) co_return EventStreamCall{refuse(call.error())};
    auto admission = api::admit(site.api, *call);
    if (admission.refusal) co_return EventStreamCall{plain(std::move(*admission.refusal))};
    auto query = api::parseEventsQuery(site.api, *call);
    if (!query) co_return EventStreamCall{plain(api::problem(query.error(), call->requestId))};
    auto place = site.streamPlaces.take(call->identity.account());
    if (!place) {
        ++site.refusedStreams;
        co_return EventStreamCall{plain(api::problem(tooManyStreams(site), call->requestId))};
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

asio::awaitable<void> write(Stream& stream, HttpResponse response) {
    stream.channel().expireIn(writeSeconds);
    error_code error;
    co_await http::async_write(stream, response, asio::redirect_error(asio::use_awaitable, error));
}

// A connection between its requests and while one is answered. Nothing asked yet: at the end it is closed.
class Connection final : public Open {
public:
    Connection(Channel& channel, Shard& shard) : channel_(channel), pause_(shard.io()) { shard.opened(*this); }

    enum class Does { handshake, listens, answers };
    Does does = Does::handshake;

    void leave(Leaving stage) override {
        if (stage == Leaving::now || does == Does::handshake) {
            channel_.close();
            pause_.cancel();
        } else if (does == Does::listens) {
            channel_.closeWhenSent();
        }
    }

    // Handshakes cost more than anything else that a stranger can ask for: from one address they come one after
    // another.
    asio::awaitable<bool> itsTurn(Site& site) {
        error_code error;
        const auto in = site.peers.handshakeIn(asio::ip::make_address(channel_.peer(), error));
        if (error || !in) co_return false;
        if (*in > std::chrono::milliseconds(1)) {
            pause_.expires_after(*in);
            co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, error));
        }
        co_return !channel_.closed();
    }

private:
    Channel& channel_;
    asio::steady_timer pause_;
};

asio::awaitable<bool> shakeHands(Channel& channel) {
    error_code error;
    for (;;) {
        const auto want = channel.handshake(error);
        if (want == Channel::Want::nothing) co_return !error;
        co_await channel.socket().async_wait(
            want == Channel::Want::read ? tcp::socket::wait_read : tcp::socket::wait_write,
            asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return false;
    }
}

}  // namespace

asio::awaitable<void> serveHttp(std::shared_ptr<Channel> channel, Shard& shard, Site& site) {
    channel->expireIn(requestSeconds);
    Connection connection(*channel, shard);
    if (shard.leaving() != Leaving::not_yet || !co_await connection.itsTurn(site) || !co_await shakeHands(*channel)) {
        if (const auto why = channel->certificateFault(); !why.empty()) certificateRefused(site, channel->peer(), why);
        channel->close();
        co_return;
    }
    const bool crowded = site.connections > site.maxConnections;
    Stream stream(channel);
    boost::beast::flat_buffer buffer;
    for (bool first = true; shard.leaving() == Leaving::not_yet; first = false) {
        connection.does = Connection::Does::listens;
        auto read = co_await readRequest(stream, buffer, first);
        if (!read) {
            if (channel->closing()) break;
            auto fault = read.error();
            if (fault.slug == "header-too-large") fault = beyondLimits(site, channel->peer(), std::move(fault));
            HttpRequest nothing;
            nothing.keep_alive(false);
            const From nobody;
            co_await write(stream, finish(refuse(fault), nothing, nobody, site));
            break;
        }
        if (!*read) break;
        if (channel->closing()) break;  // the end began meanwhile: what cannot be answered is not carried out
        connection.does = Connection::Does::answers;
        auto& request = **read;
        ++site.requests;
        const auto from = fromOf(request, *channel, site);
        auto target = targetOf(request, site);
        if (!target) {
            co_await write(stream, finish(refuse(target.error()), request, from, site));
        } else if (boost::beast::websocket::is_upgrade(request) && target->inApi && target->path == "/stream") {
            const auto ticket = target->query.find("ticket");
            auto refusal = refusedOrigin(from, site);
            if (!refusal) {
                auto identity = co_await whoAsks(site, shard, request, from,
                                                 ticket == target->query.end() ? nullptr : &ticket->second);
                if (identity) {
                    acceptStream(channel, shard, site, request, from, std::move(*identity), crowded);
                    co_return;
                }
                refusal = identity.error();
            }
            co_await write(stream, finish(refuse(*refusal), request, from, site));
        } else if (crowded) {
            auto response =
                finish(refuse({"too-many-connections",
                               "[server] max_connections = " + std::to_string(site.maxConnections) + " is reached."}),
                       request, from, site);
            response.keep_alive(false);
            co_await write(stream, std::move(response));
            break;
        } else if (wantsEventStream(request, *target)) {
            auto call = co_await openEventStream(request, std::move(*target), from, shard, site);
            auto head = finish(std::move(call.head), request, from, site);
            if (call.query) {
                head.erase(http::field::content_length);
                co_return co_await serveEventStream(channel, shard, site, std::move(head), from.address,
                                                    std::move(call.identity), std::move(*call.place),
                                                    std::move(*call.query));
            }
            co_await write(stream, std::move(head));
        } else {
            auto whose = addressKey(from.address);  // until it is known who asks
            auto response =
                finish(co_await answer(request, std::move(*target), from, shard, site, whose), request, from, site);
            const auto size = response.body().size();
            std::optional<Shares::Share> room;  // until it has been taken
            const bool counts =
                request.method() == http::verb::get && size > smallAnswer;  // what was changed is told in any case
            if (counts) room = site.unread.take(whose, size);
            if (counts && !room) response = finish(refuse(unreadAnswers), request, from, site);
            co_await write(stream, std::move(response));
        }
        forgetSecrets(request, buffer);
        if (!request.keep_alive() || channel->closed() || site.api.draining) break;
    }
    channel->closeWhenSent();
}

}  // namespace deskline::net
