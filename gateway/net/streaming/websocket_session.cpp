#include "net/streaming/websocket_session.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "api/events_query.hpp"
#include "api/headers.hpp"
#include "api/router.hpp"
#include "model/id.hpp"
#include "model/text.hpp"
#include "net/http/api_call.hpp"
#include "net/http/authentication.hpp"
#include "net/shard/outside.hpp"
#include "net/streaming/client_message.hpp"
#include "net/streaming/frame_limits.hpp"
#include "net/streaming/frame_meter.hpp"
#include "net/streaming/messages.hpp"
#include "net/streaming/websocket_frame.hpp"
#include "net/streaming/websocket_subscriber.hpp"
#include "net/transport/beast_stream.hpp"

namespace deskline::net {
namespace {

namespace websocket = boost::beast::websocket;
namespace json = boost::json;

constexpr int helloSeconds = 5, upgradeSeconds = 30;
constexpr int crowdedRetry = 5000;          // milliseconds
constexpr std::size_t mostUnanswered = 64;  // commands of one stream
const Fault tooManyUnderWay{"too-many-requests",
                            "64 commands of this stream are under way; wait for the result of one.",
                            {},
                            {},
                            false,
                            {},
                            {},
                            false,
                            1};

// A client that wants a smaller window than the shared frames have gets them uncompressed, which is always allowed.
bool mayCompress(std::string_view agreedExtensions) {
    return agreedExtensions.starts_with("permessage-deflate") &&
           agreedExtensions.find("server_max_window_bits") == std::string_view::npos;
}

// The close code of a stream whose credential was refused, and after how many milliseconds its client may come back.
std::pair<CloseCode, int> refusalOf(const Fault& fault) {
    const bool refused = fault.slug == "not-authorized" || fault.slug == "too-many-requests";
    const int after = fault.retryAfter || refused ? fault.retryAfter : fault.slug.problem().retryAfter;
    return {refused ? CloseCode::not_authorized : CloseCode::restart, after * 1000};  // restart: it was not checked
}

class WebSocketSession final : public WebSocketSubscriber {
public:
    WebSocketSession(std::shared_ptr<TlsConnection> connection, Shard& shard, ServerContext& context, ClientInfo client,
                     std::optional<identity::Identity> identity)
        : WebSocketSubscriber(std::move(connection), shard, context,
                              {api::StreamKind::websocket, randomId(6), client.address}, std::move(identity)),
          websocket_(BeastStream(connection_)),
          client_(std::move(client)) {}

    asio::awaitable<void> run(HttpRequest request, bool crowded) {
        const Reader reader(*this);
        error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        prepare(request);
        connection_->expireIn(upgradeSeconds);
        co_await websocket_.async_accept(request, token);
        request = {};
        if (error) {
            connection_->close();
            co_return;
        }
        accepted_ = true;
        takeOver(helloSeconds + 1);
        websocket_.control_callback([this](auto, auto) { heard_ = true; });
        if (crowded) close(CloseCode::too_many_connections, "too-many-connections", crowdedRetry);
        if (identity_ && !crowded) (void)seated(*identity_);
        if (shard_.leaving() != Leaving::not_yet) goAway();
        while (!connection_->closed()) {
            boost::beast::flat_buffer buffer(messageRoom);  // of this message alone: an idle stream has none
            co_await websocket_.async_read(buffer, token);
            if (error) break;
            heard_ = true;
            if (connection_->closing()) continue;  // after the goodbye nothing is taken
            if (!websocket_.got_text()) {
                close(CloseCode::bad_frame, "binary-frame");
                continue;
            }
            co_await receive({static_cast<const char*>(buffer.data().data()), buffer.size()});
            OPENSSL_cleanse(buffer.data().data(), buffer.size());  // a token, a PIN
        }
        const bool tooBig = error == websocket::error::message_too_big || error == websocket::error::buffer_overflow;
        if (tooBig && !helloed_)
            (void)beyondLimits(context_, client_.address, {"not-authorized", "The first frame has more than 64 KiB."});
        if (tooBig) close(CloseCode::bad_frame, "frame-too-large");
        end();
        connection_->closeAfterDrain();
    }

    // Nothing more begins; what was asked is answered before the goodbye.
    void goAway() override {
        leaving_ = true;
        if (!accepted_ || unanswered_ > 0 || connection_->closing()) return;
        end();
        connection_->send(closeFrame(CloseCode::going_away, "going-away", 1000));
        connection_->closeAfterDrain();
        connection_->flush();
    }

private:
    std::weak_ptr<WebSocketSession> weak() { return std::static_pointer_cast<WebSocketSession>(shared_from_this()); }

    void prepare(const HttpRequest& request) {
        const auto offered = api::elements(std::string_view(request[http::field::sec_websocket_protocol]));
        const bool ours = std::ranges::find(offered, "deskline.v1") != offered.end();
        limit(websocket_, context_.compression);
        websocket_.set_option(websocket::stream_base::decorator([ours, this](websocket::response_type& response) {
            response.set(http::field::server, "Deskline");
            if (ours) response.set(http::field::sec_websocket_protocol, "deskline.v1");
            compress(mayCompress(response[http::field::sec_websocket_extensions]));
        }));
    }

    int onTick() override {
        if (!helloed_) return lastTick(CloseCode::hello_late, "hello-late");
        if (expired()) return lastTick(CloseCode::token_expired, "token-expired");
        if (meter_.late()) return lastTick(CloseCode::bad_frame, "message-late");
        if (!heard_ && pinged_) {  // nothing since the last ping: dead
            end();
            connection_->close();
            return 0;
        }
        if (stuck()) return 0;
        heard_ = false;
        pinged_ = true;
        connection_->send(std::string("\x89\x00", 2));
        connection_->flush();
        return context_.heartbeatSeconds;
    }

    int lastTick(CloseCode code, std::string_view reason) {
        close(code, reason);
        return 0;
    }

    void onRead(std::string_view bytes) override {
        if (meter_.take(bytes)) return;
        close(CloseCode::bad_frame, "too-many-frames");
        connection_->stopReading();
    }

    asio::awaitable<void> receive(std::string_view text) {
        auto message = parse(text);
        if (message && message->op == "hello" && !helloed_)
            co_await hello(std::move(*message));
        else if (message && message->op == "refresh" && helloed_)
            co_await refresh(std::move(message->token));
        else if (message)
            handle(std::move(*message));
    }

    std::optional<Message> parse(std::string_view text) {
        auto message = readMessage(text);
        if (message) return std::move(*message);
        spdlog::debug("stream {}: {}", whose_.id, message.error().detail);  // no warning: strangers can cause many
        close(CloseCode::bad_frame, message.error().reason);
        return std::nullopt;
    }

    void handle(Message message) {
        if (message.op == "hello") return close(CloseCode::bad_frame, "second-hello");
        if (!helloed_) return close(CloseCode::not_authorized, "hello-first");
        if (message.op == "command") return command(std::move(message));
        if (message.op == "subscribe" || message.op == "unsubscribe") return subscribe(message);
        close(CloseCode::unknown_op, "unknown-op");
    }

    // Verifies the token and takes its identity. A stream stays with its account.
    asio::awaitable<bool> authorize(std::optional<std::string> token) {
        if (!token) co_return nobodyKnown();
        auto verified = co_await verifyCredential(context_, shard_, std::move(*token), client_);
        co_return take(std::move(verified));
    }

    bool nobodyKnown() {
        if (identity_) return true;  // by a ticket, a header, a certificate
        (void)unknownCaller(context_, client_);
        close(CloseCode::not_authorized, "not-authorized");
        return false;
    }

    bool take(Result<identity::Identity> verified) {
        if (connection_->closing()) return false;
        if (!verified) {
            const auto& fault = verified.error();
            spdlog::debug("stream {}: {}", whose_.id, fault.detail);  // the audit has it
            const auto [code, retry] = refusalOf(fault);
            close(code, fault.slug.text(), retry);
            return false;
        }
        if (identity_ && greeted() && identity_->account() != verified->account()) {
            close(CloseCode::not_authorized, "another-subject");
            return false;
        }
        if (!seated(*verified)) return false;
        identity_ = std::move(*verified);
        return true;
    }

    bool seated(const identity::Identity& whose) {
        if (seat(whose)) return true;
        close(CloseCode::too_many_connections, "too-many-streams", crowdedRetry);
        return false;
    }

    asio::awaitable<void> hello(Message message) {
        helloed_ = true;
        const bool known = co_await authorize(std::move(message.token));
        if (known) begin(message);
    }

    void begin(const Message& message) {
        const auto topics = message.topics.value_or(api::everything());
        if (const auto unknown = api::unknownTopic(topics); !unknown.empty())
            return close(CloseCode::bad_frame, "unknown-topic");
        auto subscription = api::subscriptionFor(context_.api, *identity_, topics, message.agents);
        if (!subscription && subscription.error().slug == "invalid-argument")
            return close(CloseCode::bad_frame, "bad-field /agents");
        if (!subscription) return close(CloseCode::forbidden, "agent-not-visible");
        setAudioRate(message.audioRate.value_or(defaultAudioRate));
        listen(std::move(*subscription), message.cursor.value_or(""));
    }

    asio::awaitable<void> refresh(std::optional<std::string> token) {
        const bool shown = token.has_value();
        const bool known = co_await authorize(std::move(token));
        if (known && shown) refreshed();
        if (known && !shown) close(CloseCode::not_authorized, "not-authorized");
    }

    void refreshed() {
        send(refreshedMessage(identity_->expires));
        applyIdentity();
    }

    void subscribe(const Message& message) {
        const auto topics = message.topics.value_or(std::vector<std::string>{});
        if (const auto unknown = api::unknownTopic(topics); topics.empty() || !unknown.empty())
            return send(errorMessage("unknown-topic", topics.empty()
                                                          ? "topics is missing or empty"
                                                          : "there is no topic '" + printable(unknown) + "'"));
        auto subscription = subscription_;
        for (const auto& topic : topics)
            message.op == "subscribe" ? void(subscription.topics.insert(topic))
                                      : void(subscription.topics.erase(topic));
        listen(std::move(subscription), "");  // a fresh snapshot, in its place between the events
    }

    void command(Message message) {
        if (!message.id || !message.method || !message.path)
            return close(CloseCode::bad_frame, "command-needs-id-method-path");
        const auto id = *message.id;
        if (unanswered_ >= mostUnanswered) {
            ++context_.refusedCommands;
            return send(resultMessage(id, api::problem(tooManyUnderWay, whose_.id + "-" + id)));
        }
        bool whole = false;
        auto request = requestOf(std::move(message), whose_.id, *identity_, client_, whole);
        if (!whole) return send(resultMessage(id, api::problem(api::brokenTarget(), request.requestId)));
        request.later = laterOn(shard_.io());
        ++unanswered_;
        const auto until = leavingOf(request);
        AnswerOf<api::Response> otherwise = unanswered(request);
        askOutside(
            shard_, until, std::move(otherwise),
            [&context = context_, call = std::move(request)](api::Respond respond) mutable {
                api::handle(context.api, std::move(call), std::move(respond));
            },
            [weak = weak(), id](const api::Response& response) {
                const auto self = weak.lock();
                if (self) try {
                        self->answered(id, response);
                    } catch (const std::bad_alloc&) {  // it would wait for the result for ever
                        self->lost();
                    }
            });
    }

    void answered(const std::string& id, const api::Response& response) {
        --unanswered_;
        if (!connection_->closing()) send(resultMessage(id, response));
        if (leaving_) goAway();
    }

    websocket::stream<BeastStream, true> websocket_;
    const ClientInfo client_;
    FrameMeter meter_;
    std::size_t unanswered_ = 0;  // commands
    bool helloed_ = false, heard_ = true, pinged_ = false, accepted_ = false, leaving_ = false;
};

}  // namespace

void acceptStream(std::shared_ptr<TlsConnection> connection, Shard& shard, ServerContext& context, HttpRequest request,
                  ClientInfo client, std::optional<identity::Identity> identity, bool crowded) {
    auto session = std::make_shared<WebSocketSession>(std::move(connection), shard, context, std::move(client),
                                                      std::move(identity));
    auto* self = session.get();
    asio::co_spawn(shard.io(), self->run(std::move(request), crowded),
                   [session = std::move(session)](const std::exception_ptr& error) {
                       if (error) spdlog::error("a stream failed by exception");
                   });
}

}  // namespace deskline::net
