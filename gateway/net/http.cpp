#include "net/http.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "api/headers.hpp"
#include "api/router.hpp"
#include "model/id.hpp"
#include "model/text.hpp"
#include "net/caller.hpp"
#include "net/event_stream.hpp"
#include "net/gzip.hpp"
#include "net/outside.hpp"
#include "net/reading.hpp"
#include "net/stream.hpp"

namespace deskline::net {
namespace {

constexpr int writeSeconds = 30;

constexpr std::size_t worthCompressing = 1024;  // bytes

// What another site's page asks for is not compressed: the length of an answer would tell what is in it (BREACH).
bool asksFromElsewhere(const HttpRequest& request) {
    const std::string_view referer = request[http::field::referer], own = request[http::field::host];
    return request["Sec-Fetch-Site"] == "cross-site" || (!referer.empty() && !referer.starts_with("https://" + std::string(own) + "/"));
}

void compress(HttpResponse& response, std::string_view acceptEncoding) {
    if (response.body().size() < worthCompressing || response.count(http::field::content_encoding)) return;
    response.insert(http::field::vary, "Accept-Encoding");
    if (api::acceptedCoding(acceptEncoding, "gzip") == 0) return;
    response.body() = gzip(response.body());
    response.set(http::field::content_encoding, "gzip");
}

HttpResponse finish(HttpResponse response, const HttpRequest& request, const From& from, const Site& site) {
    response.version(11);
    response.keep_alive(request.keep_alive() && !site.gateway.draining);
    response.set(http::field::server, "Deskline");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Strict-Transport-Security", "max-age=31536000");
    if (const auto origin = request[http::field::origin]; !origin.empty() && from.mayAsk) {
        response.set(http::field::access_control_allow_origin, origin);
        response.insert(http::field::vary, "Origin");
        response.set(http::field::access_control_expose_headers,
                     "Location, Retry-After, X-Request-Id, Deskline-Cursor, Preference-Applied, ETag, Idempotency-Replayed, RateLimit, RateLimit-Policy");
    }
    if (!asksFromElsewhere(request)) compress(response, request[http::field::accept_encoding]);
    if (request.method() == http::verb::head) {
        const auto length = response.body().size();
        response.body().clear();
        response.content_length(length);
    } else {
        response.prepare_payload();
    }
    return response;
}

HttpResponse plain(api::Response from) {
    HttpResponse response{static_cast<http::status>(from.status), 11};
    for (auto& [name, value] : from.headers) response.set(name, value);
    if (!from.body.is_null() || !from.text.empty()) {
        response.set(http::field::content_type, from.contentType);
        response.set(http::field::cache_control, "no-store");
        response.body() = from.text.empty() ? boost::json::serialize(from.body) : std::move(from.text);
        response.body() += '\n';
    }
    return response;
}

api::Request apiRequest(const HttpRequest& request, std::string path, std::map<std::string, std::string> query, const From& from, Shard& shard) {
    api::Request call;
    call.address = from.address;
    call.origin = from.origin;
    call.method = std::string(request.method_string());
    call.path = std::move(path);
    call.query = std::move(query);
    for (const auto& field : request) {
        auto name = lower(std::string_view(field.name_string()));
        if (name != "authorization") call.headers[std::move(name)] = std::string(field.value());
    }
    call.body = request.body();
    call.requestId = api::requestIdFrom(call, randomId(8));
    call.later = laterOn(shard.io());
    return call;
}

// Carries a request through the API, whose answer may come on any thread, and comes back on the shard's. At the end who only reads is not
// waited for; who has changed something is, for as long as there is time.
asio::awaitable<api::Response> ask(Site& site, Shard& shard, api::Request request) {
    const auto until = leavingOf(request);
    AnswerOf<api::Response> otherwise = unanswered(request);
    // Named, not made within the co_await: what such a lambda holds is destroyed twice there (GCC 12).
    auto begin = [&site, call = std::move(request)](api::Respond respond) mutable { api::handle(site.gateway, std::move(call), std::move(respond)); };
    co_return co_await fromOutside(shard, until, std::move(otherwise), std::move(begin));
}

// What a resource allows; for a browser that asks before it sends (CORS), also which headers.
HttpResponse options(const HttpRequest& request, const std::string& methods) {
    HttpResponse response{http::status::no_content, 11};
    response.set(http::field::allow, methods);
    if (request[http::field::origin].empty()) return response;
    response.set(http::field::access_control_allow_methods, methods);
    const std::string_view wanted = request[http::field::access_control_request_headers];
    const bool repeated = !wanted.empty() && wanted.size() <= longestShown;
    response.set(http::field::access_control_allow_headers, repeated ? wanted : "Authorization, Content-Type, Idempotency-Key, If-Match, Prefer, X-Request-Id");
    response.set(http::field::access_control_max_age, "600");
    return response;
}

HttpResponse refuse(const Fault& fault) { return plain(api::problem(fault, "")); }

struct Target {
    std::string path;  // below the API's prefix, when inApi
    std::map<std::string, std::string> query;
    bool inApi = false;
};

Result<Target> targetOf(const HttpRequest& request, const Site& site) {
    Target target;
    if (!api::parseTarget({request.target().data(), request.target().size()}, target.path, target.query)) return api::brokenTarget();
    const auto prefix = site.gateway.basePath + "/api/v1";
    target.inApi = target.path.starts_with(prefix + "/");
    if (target.inApi) target.path.erase(0, prefix.size());
    return target;
}

// A request to the API from somebody who may ask.
asio::awaitable<Result<api::Request>> authorized(const HttpRequest& request, Target target, const From& from, Shard& shard, Site& site) {
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

asio::awaitable<HttpResponse> answer(const HttpRequest& request, Target target, const From& from, Shard& shard, Site& site) {
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
    const auto id = call->requestId;
    auto response = plain(co_await ask(site, shard, std::move(*call)));
    response.set("X-Request-Id", id);
    co_return response;
}

bool wantsEventStream(const HttpRequest& request, const Target& target) {
    const std::string_view accept = request[http::field::accept];
    return target.inApi && target.path == "/events" && request.method() == http::verb::get && request.version() == 11 && !accept.empty() &&
           api::accepted(accept, "text/event-stream") > api::accepted(accept, "application/json");
}

struct EventStreamCall {
    HttpResponse head;  // of the stream, or the refusal
    identity::Identity identity = {};
    std::optional<api::EventsQuery> query = {};
};

asio::awaitable<EventStreamCall> openEventStream(const HttpRequest& request, Target target, const From& from, Shard& shard, Site& site) {
    if (const auto fault = refusedOrigin(from, site)) co_return EventStreamCall{refuse(*fault)};
    auto call = co_await authorized(request, std::move(target), from, shard, site);
    if (!call) co_return EventStreamCall{refuse(call.error())};
    auto admission = api::admit(site.gateway, *call);
    if (admission.refusal) co_return EventStreamCall{plain(std::move(*admission.refusal))};
    auto query = api::parseEventsQuery(site.gateway, *call);
    if (!query) co_return EventStreamCall{plain(api::problem(query.error(), call->requestId))};
    if (const auto last = call->header("last-event-id"); !last.empty()) query->after = last;
    HttpResponse head{http::status::ok, 11};
    for (const auto& [name, value] : admission.headers) head.set(name, value);
    head.set("X-Request-Id", call->requestId);
    head.set(http::field::content_type, "text/event-stream");
    head.set(http::field::cache_control, "no-store");
    head.set("X-Accel-Buffering", "no");  // a reverse proxy must not hold events back
    co_return EventStreamCall{std::move(head), std::move(call->identity), std::move(*query)};
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

    // Handshakes cost more than anything else that a stranger can ask for: from one address they come one after another.
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
        co_await channel.socket().async_wait(want == Channel::Want::read ? tcp::socket::wait_read : tcp::socket::wait_write,
                                             asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return false;
    }
}

}  // namespace

std::int64_t secondsNow() { return std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch()).count(); }

Leaving leavingOf(const api::Request& request) { return request.method == "GET" || request.method == "HEAD" ? Leaving::reads_over : Leaving::over; }

std::function<api::Response(const Fault&)> unanswered(const api::Request& request) {
    return [id = request.requestId, unknown = leavingOf(request) == Leaving::over](Fault fault) {
        fault.outcomeUnknown = unknown;
        return api::problem(fault, id);
    };
}

api::Later laterOn(asio::io_context& io) {
    return [&io](std::chrono::milliseconds after, std::function<void()> what) -> api::Timer {
        const auto timer = std::make_shared<asio::steady_timer>(io, after);
        timer->async_wait([what = std::move(what)](error_code error) {
            if (!error) what();
        });
        return timer;
    };
}

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
                auto identity = co_await whoAsks(site, shard, request, from, ticket == target->query.end() ? nullptr : &ticket->second);
                if (identity) {
                    acceptStream(channel, shard, site, request, from, std::move(*identity), crowded);
                    co_return;
                }
                refusal = identity.error();
            }
            co_await write(stream, finish(refuse(*refusal), request, from, site));
        } else if (crowded) {
            auto response = finish(refuse({"too-many-connections", "[server] max_connections = " + std::to_string(site.maxConnections) + " is reached."}),
                                   request, from, site);
            response.keep_alive(false);
            co_await write(stream, std::move(response));
            break;
        } else if (wantsEventStream(request, *target)) {
            auto call = co_await openEventStream(request, std::move(*target), from, shard, site);
            auto head = finish(std::move(call.head), request, from, site);
            if (call.query) {
                head.erase(http::field::content_length);
                co_return co_await serveEventStream(channel, shard, site, std::move(head), from.address, std::move(call.identity), std::move(*call.query));
            }
            co_await write(stream, std::move(head));
        } else {
            co_await write(stream, finish(co_await answer(request, std::move(*target), from, shard, site), request, from, site));
        }
        forgetSecrets(request, buffer);
        if (!request.keep_alive() || channel->closed() || site.gateway.draining) break;
    }
    channel->closeWhenSent();
}

}  // namespace deskline::net
