#include "net/stream.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "api/events.hpp"
#include "api/headers.hpp"
#include "api/router.hpp"
#include "api/target.hpp"
#include "model/id.hpp"
#include "model/text.hpp"
#include "net/caller.hpp"
#include "net/message.hpp"
#include "net/outlet.hpp"
#include "net/outside.hpp"

namespace deskline::net {
namespace {

namespace websocket = boost::beast::websocket;
namespace json = boost::json;

constexpr int helloSeconds = 5;
constexpr int crowdedRetry = 5000;  // milliseconds

class StreamConnection final : public Outlet {
public:
    StreamConnection(std::shared_ptr<Channel> channel, Shard& shard, Site& site, From from, std::optional<identity::Identity> identity)
        : Outlet(std::move(channel), shard, site, {api::StreamKind::websocket, randomId(6), from.address}, std::move(identity)),
          websocket_(Stream(channel_)),
          from_(std::move(from)) {}

    asio::awaitable<void> run(HttpRequest request, bool crowded) {
        error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        prepare(request);
        channel_->expireIn(0);
        co_await websocket_.async_accept(request, token);
        request = {};
        if (error) {
            channel_->close();
            co_return;
        }
        accepted_ = true;
        channel_->onTick = [weak = weak()] {
            const auto self = weak.lock();
            return self ? self->tick() : 0;
        };
        channel_->tickIn(helloSeconds + 1);
        websocket_.control_callback([this](auto, auto) { heard_ = true; });
        if (crowded) close(CloseCode::too_many_connections, "too-many-connections", crowdedRetry);
        if (shard_.leaving() != Leaving::not_yet) goAway();
        while (!channel_->closed()) {
            boost::beast::flat_buffer buffer;  // of this message alone: an idle stream has none
            co_await websocket_.async_read(buffer, token);
            if (error) break;
            heard_ = true;
            if (channel_->closing()) continue;  // after the goodbye nothing is taken
            if (!allowance_.take()) {
                close(CloseCode::bad_frame, "too-many-frames");
                continue;
            }
            if (!websocket_.got_text()) {
                close(CloseCode::bad_frame, "binary-frame");
                continue;
            }
            co_await receive({static_cast<const char*>(buffer.data().data()), buffer.size()});
            OPENSSL_cleanse(buffer.data().data(), buffer.size());  // a token, a PIN
        }
        if (error == websocket::error::message_too_big && !helloed_)
            (void)beyondLimits(site_, from_.address, {"not-authorized", "The first frame has more than 64 KiB."});
        if (error == websocket::error::message_too_big) close(CloseCode::bad_frame, "frame-too-large");
        end();
        channel_->closeWhenSent();
    }

    // Nothing more begins; what was asked is answered before the goodbye.
    void goAway() override {
        leaving_ = true;
        if (!accepted_ || unanswered_ > 0 || channel_->closing()) return;
        end();
        channel_->send(closeFrame(CloseCode::going_away, "going-away", 1000));
        channel_->closeWhenSent();
        channel_->flush();
    }

private:
    std::weak_ptr<StreamConnection> weak() { return std::static_pointer_cast<StreamConnection>(shared_from_this()); }

    void prepare(const HttpRequest& request) {
        const auto offered = api::elements(std::string_view(request[http::field::sec_websocket_protocol]));
        const bool ours = std::ranges::find(offered, "deskline.v1") != offered.end();
        limit(websocket_, site_.compression);
        websocket_.set_option(websocket::stream_base::decorator([ours, this](websocket::response_type& response) {
            response.set(http::field::server, "Deskline");
            if (ours) response.set(http::field::sec_websocket_protocol, "deskline.v1");
            const auto agreed = response[http::field::sec_websocket_extensions];
            // A client whose window is smaller than the frames' gets them as they are, which is always allowed.
            compressed_ = agreed.starts_with("permessage-deflate") && agreed.find("server_max_window_bits") == boost::beast::string_view::npos;
        }));
    }

    int tick() {
        if (!helloed_) {
            close(CloseCode::hello_late, "hello-late");
            return 0;
        }
        if (expired()) {
            close(CloseCode::token_expired, "token-expired");
            return 0;
        }
        if (!heard_ && pinged_) {  // nothing since the last ping: dead
            end();
            channel_->close();
            return 0;
        }
        heard_ = false;
        pinged_ = true;
        channel_->send(std::string("\x89\x00", 2));
        channel_->flush();
        return site_.heartbeatSeconds;
    }

    bool compresses(std::string_view frame) const { return compressed_ && frame.size() >= site_.compressionThreshold; }

    void put(const events::FramePtr& frame) override {
        if (!compresses(frame->bytes)) return channel_->send(frame, frame->bytes);
        const auto bytes = shard_.forms().deflated(frame);
        channel_->send(bytes, *bytes);
    }

    void tellReset(const std::string& reason) override {
        channel_->send(events::textFrame(json::serialize(json::object{{"op", "reset"}, {"reason", reason}})));
    }

    void tellSnapshot(const Bytes& frame, const std::string&) override {
        if (compresses(*frame)) return channel_->send(shard_.forms().deflate(*frame));
        channel_->send(frame, *frame);
    }

    void revoked() override { close(CloseCode::not_authorized, "revoked"); }

    void tooSlow() override { close(CloseCode::too_slow, "too-slow", 2000); }

    void greet(const events::Attachment& attachment) override {
        const auto list = [](const std::set<std::string>& texts) { return json::array(texts.begin(), texts.end()); };
        channel_->send(events::textFrame(json::serialize(json::object{{"op", "welcome"},
                                                                      {"protocol", 1},
                                                                      {"gateway", site_.gateway.name},
                                                                      {"connection", whose_.id},
                                                                      {"cursor", attachment.cursor},
                                                                      {"resumed", attachment.resumed},
                                                                      {"heartbeat", site_.heartbeatSeconds},
                                                                      {"identity",
                                                                       {{"subject", identity_->subject},
                                                                        {"role", name(identity_->role)},
                                                                        {"agents", list(identity_->agents)},
                                                                        {"groups", list(identity_->groups)},
                                                                        {"scopes", list(identity_->scopes)}}},
                                                                      {"capabilities", attachment.capabilities}})));
    }

    void say(const json::object& message) {
        channel_->send(events::textFrame(json::serialize(message)));
        channel_->flush();
    }

    void close(CloseCode code, std::string_view reason, int retry = 0) {
        if (channel_->closing()) return;
        end();
        channel_->sever(closeFrame(code, reason, retry));
    }

    asio::awaitable<void> receive(std::string_view text) {
        auto message = parse(text);
        if (message && message->op == "hello" && !helloed_)
            co_await hello(std::move(*message));
        else if (message && message->op == "refresh" && helloed_)
            co_await refresh(std::move(message->token));
        else if (message)
            handle(*message);
    }

    std::optional<Message> parse(std::string_view text) {
        auto message = readMessage(text);
        if (message) return std::move(*message);
        spdlog::info("stream {}: {}", whose_.id, message.error().detail);
        close(CloseCode::bad_frame, message.error().errors.empty() ? "bad-json" : "bad-field " + message.error().errors[0].pointer);
        return std::nullopt;
    }

    void handle(const Message& message) {
        if (message.op == "hello") return close(CloseCode::bad_frame, "second-hello");
        if (!helloed_) return close(CloseCode::not_authorized, "hello-first");
        if (message.op == "command") return command(message);
        if (message.op == "subscribe" || message.op == "unsubscribe") return subscribe(message);
        close(CloseCode::unknown_op, "unknown-op");
    }

    // Takes the token's word for who this is; a stream stays its subject's.
    asio::awaitable<bool> authorize(std::optional<std::string> token) {
        if (!token) co_return nobodyKnown();
        auto verified = co_await believed(site_, shard_, std::move(*token), from_);
        co_return take(std::move(verified));
    }

    bool nobodyKnown() {
        if (identity_) return true;  // by a ticket, a header, a certificate
        (void)unknownCaller(site_, from_);
        close(CloseCode::not_authorized, "not-authorized");
        return false;
    }

    bool take(Result<identity::Identity> verified) {
        if (channel_->closing()) return false;
        if (!verified) {
            spdlog::info("stream {}: {}", whose_.id, verified.error().detail);
            close(CloseCode::not_authorized, verified.error().slug, verified.error().retryAfter * 1000);
            return false;
        }
        if (identity_ && greeted() && identity_->account() != verified->account()) {
            close(CloseCode::not_authorized, "another-subject");
            return false;
        }
        identity_ = std::move(*verified);
        return true;
    }

    asio::awaitable<void> hello(Message message) {
        helloed_ = true;
        const bool known = co_await authorize(std::move(message.token));
        if (known) begin(message);
    }

    void begin(const Message& message) {
        const auto topics = message.topics.value_or(api::everything());
        if (const auto unknown = api::unknownTopic(topics); !unknown.empty())
            return close(CloseCode::bad_frame, "unknown-topic " + api::printable(unknown).substr(0, 60));
        auto subscription = api::subscriptionFor(site_.gateway, *identity_, topics, message.agents);
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
        say({{"op", "refreshed"}, {"expires", identity_->expires}});
        adapt();
    }

    void subscribe(const Message& message) {
        const auto topics = message.topics.value_or(std::vector<std::string>{});
        if (const auto unknown = api::unknownTopic(topics); topics.empty() || !unknown.empty())
            return say({{"op", "error"},
                        {"reason", "unknown-topic"},
                        {"detail", topics.empty() ? "topics is missing or empty" : "there is no topic '" + unknown + "'"}});
        auto subscription = subscription_;
        for (const auto& topic : topics) message.op == "subscribe" ? void(subscription.topics.insert(topic)) : void(subscription.topics.erase(topic));
        listen(std::move(subscription), "");  // a fresh snapshot, in its place between the events
    }

    void command(const Message& message) {
        if (!message.id || !message.method || !message.path) return close(CloseCode::bad_frame, "command-needs-id-method-path");
        api::Request request;
        request.method = *message.method;
        const bool whole = api::parseTarget(*message.path, request.path, request.query);
        if (message.body) request.body = json::serialize(*message.body);
        request.headers["content-type"] = "application/json";
        if (message.headers && message.headers->is_object())
            for (const auto& field : message.headers->get_object()) {
                if (field.value().is_string()) request.headers[lower(std::string_view(field.key()))] = std::string(field.value().get_string());
            }
        request.requestId = request.header("x-request-id");
        if (!fitsRequestId(request.requestId)) request.requestId = whose_.id + "-" + *message.id;
        request.identity = *identity_;
        request.address = from_.address;
        request.origin = from_.origin;
        request.later = laterOn(shard_.io());
        if (!whole) return tell(*message.id, api::problem(api::brokenTarget(), request.requestId));
        ++unanswered_;
        const auto until = leavingOf(request);
        auto atTheEnd = unanswered(request);
        askOutside(
            shard_, until, std::move(atTheEnd),
            [&site = site_, call = std::move(request)](api::Respond respond) mutable { api::handle(site.gateway, std::move(call), std::move(respond)); },
            [weak = weak(), id = *message.id](const api::Response& response) {
                if (const auto self = weak.lock()) self->answered(id, response);
            });
    }

    void answered(const std::string& id, const api::Response& response) {
        --unanswered_;
        if (!channel_->closing()) tell(id, response);
        if (leaving_) goAway();
    }

    void tell(const std::string& id, const api::Response& response) {
        json::object result{
            {"op", "result"}, {"id", id}, {"status", response.status}, {"body", response.text.empty() ? response.body : json::parse(response.text)}};
        json::object headers;
        for (const auto& [name, value] : response.headers) headers[name] = value;
        if (!headers.empty()) result["headers"] = std::move(headers);
        say(result);
    }

    struct Allowance {  // of frames from the client: 20 a second on average over five seconds
        static constexpr double perSecond = 20, most = 100;
        double left = most;
        std::chrono::steady_clock::time_point at = std::chrono::steady_clock::now();

        bool take() {
            const auto time = std::chrono::steady_clock::now();
            left = std::min(most, left + std::chrono::duration<double>(time - std::exchange(at, time)).count() * perSecond);
            left -= 1;
            return left >= 0;
        }
    };

    websocket::stream<Stream, true> websocket_;
    const From from_;
    Allowance allowance_;
    std::size_t unanswered_ = 0;  // commands
    bool helloed_ = false, heard_ = true, pinged_ = false, compressed_ = false, accepted_ = false, leaving_ = false;
};

}  // namespace

std::string closeFrame(CloseCode code, std::string_view reason, int retryMilliseconds) {
    json::object why{{"reason", reason}};
    if (retryMilliseconds > 0) why["retry"] = retryMilliseconds;
    auto text = json::serialize(why).substr(0, 123);
    const auto number = static_cast<std::uint16_t>(code);
    std::string frame("\x88", 1);
    frame += static_cast<char>(text.size() + 2);
    frame += static_cast<char>(number >> 8);
    frame += static_cast<char>(number & 255);
    return frame + text;
}

void acceptStream(std::shared_ptr<Channel> channel, Shard& shard, Site& site, HttpRequest request, From from, std::optional<identity::Identity> identity,
                  bool crowded) {
    auto connection = std::make_shared<StreamConnection>(std::move(channel), shard, site, std::move(from), std::move(identity));
    auto* self = connection.get();
    asio::co_spawn(shard.io(), self->run(std::move(request), crowded), [connection = std::move(connection)](const std::exception_ptr& error) {
        if (error) spdlog::error("a stream failed by exception");
    });
}

}  // namespace deskline::net
