#include "net/stream.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "api/router.hpp"
#include "model/id.hpp"

namespace deskline::net {
namespace {

namespace websocket = boost::beast::websocket;
namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr std::size_t longestMessage = 65'536;
constexpr int helloSeconds = 5;
constexpr double defaultAudioRate = 20, highestAudioRate = 60;

// What a client says; `op` decides which members it may have.
struct Message {
    std::string op;
    std::optional<std::string> token, cursor, id, method, path;
    std::optional<std::vector<std::string>> topics, agents;
    std::optional<double> audioRate;
    std::optional<json::value> body, headers;
};
BOOST_DESCRIBE_STRUCT(Message, (), (op, token, cursor, id, method, path, topics, agents, audioRate, body, headers))

class StreamConnection final : public Subscriber, public std::enable_shared_from_this<StreamConnection> {
public:
    StreamConnection(std::shared_ptr<Channel> channel, Shard& shard, Site& site, std::optional<identity::Identity> identity)
        : channel_(std::move(channel)), websocket_(Stream(channel_)), shard_(shard), site_(site), identity_(std::move(identity)), id_(randomId(6)) {
        ++site_.streams;
    }
    ~StreamConnection() override {
        --site_.streams;
        watchMeters(false);
    }

    asio::awaitable<void> run(HttpRequest request) {
        error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        const auto offered = request[http::field::sec_websocket_protocol];
        const bool ours = offered.find("deskline.v1") != boost::beast::string_view::npos;
        websocket_.set_option(websocket::stream_base::decorator([ours](websocket::response_type& response) {
            response.set(http::field::server, "Deskline");
            if (ours) response.set(http::field::sec_websocket_protocol, "deskline.v1");
        }));
        websocket_.read_message_max(longestMessage);
        channel_->expireIn(0);
        co_await websocket_.async_accept(request, token);
        request = {};
        if (error) {
            channel_->close();
            co_return;
        }
        channel_->onTick = [weak = weak_from_this()] {
            const auto self = weak.lock();
            return self ? self->tick() : 0;
        };
        channel_->tickIn(helloSeconds + 1);
        websocket_.control_callback([this](auto, auto) { heard_ = true; });
        while (!channel_->closed()) {
            boost::beast::flat_buffer buffer;  // of this message alone: an idle stream has none
            co_await websocket_.async_read(buffer, token);
            if (error) break;
            heard_ = true;
            if (!websocket_.got_text()) {
                close(CloseCode::bad_frame, "binary-frame");
                continue;
            }
            receive({static_cast<const char*>(buffer.data().data()), buffer.size()});
        }
        if (error == websocket::error::message_too_big) close(CloseCode::bad_frame, "frame-too-large");
        end();
        channel_->closeWhenSent();
    }

    bool deliver(const events::FramePtr& frame) override {
        if (channel_->closing()) return false;
        if (frame->delivery == events::Delivery::latest && conflate(frame)) return false;
        releaseAll();  // the order of the cursors is kept: a client that resumes has missed nothing before its cursor
        return enqueue(frame);
    }

    void flush() override {
        touched_ = false;
        channel_->flush();
    }

    bool releaseHeld() override {
        const auto time = Clock::now();
        bool more = false, sent = false;
        for (auto& [key, slot] : conflated_) {
            if (!slot.held) continue;
            if (slot.due > time || channel_->queued() > 0)
                more = true;
            else
                sent = send(key, slot, time) || sent;
        }
        if (sent) shard_.touch(shared_from_this());
        holding_ = more;
        return more;
    }

    void goAway() override { close(CloseCode::going_away, "going-away", 1000); }

private:
    struct Slot {  // latest-wins: at most `audioRate` frames a second for one object and change
        events::FramePtr held;
        Clock::time_point due{};
    };

    int tick() {
        if (!welcomed_) {
            close(CloseCode::hello_late, "hello-late");
            return 0;
        }
        if (identity_->expires && identity_->expires + 60 < secondsNow()) {
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

    bool conflate(const events::FramePtr& frame) {
        auto& slot = conflated_[frame->subject];
        const auto time = Clock::now();
        if (!slot.held && slot.due <= time && channel_->queued() == 0) {
            slot.due = time + interval_;
            return false;
        }
        slot.held = frame;
        if (!holding_) {
            holding_ = true;
            shard_.hold(shared_from_this());
        }
        return true;
    }

    bool send(const std::string&, Slot& slot, Clock::time_point time) {
        slot.due = time + interval_;
        const auto frame = std::exchange(slot.held, nullptr);
        channel_->send(frame, frame->bytes);
        return true;
    }

    void releaseAll() {
        if (!holding_) return;
        std::vector<std::pair<const std::string, Slot>*> held;
        for (auto& entry : conflated_)
            if (entry.second.held) held.push_back(&entry);
        std::ranges::sort(held, {}, [](auto* entry) { return entry->second.held->number; });
        for (auto* entry : held) send(entry->first, entry->second, Clock::now());
    }

    bool enqueue(const events::FramePtr& frame) {
        if (channel_->queued() + frame->bytes.size() > site_.queueLimit) {
            ++site_.slowClients;
            close(CloseCode::too_slow, "too-slow", 2000);
            return false;
        }
        channel_->send(frame, frame->bytes);
        return !std::exchange(touched_, true);
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

    void end() {
        if (joined_) shard_.leave(subscription_, this);
        joined_ = false;
        conflated_.clear();
        holding_ = false;
    }

    void receive(std::string_view text) {
        json::error_code error;
        const auto value = json::parse({text.data(), text.size()}, error);
        Message message;
        std::vector<FieldError> errors;
        if (!error) fromJson(value, message, "", errors);
        if (error || !errors.empty()) {
            spdlog::info("stream {}: {}", id_, error ? error.message() : errors[0].pointer + " " + errors[0].detail);
            return close(CloseCode::bad_frame, error ? "bad-json" : "bad-field " + errors[0].pointer);
        }
        if (message.op == "hello" && !helloed_) return hello(message);
        if (message.op == "hello") return close(CloseCode::bad_frame, "second-hello");
        if (!helloed_) return close(CloseCode::not_authorized, "hello-first");
        if (message.op == "command") return command(message);
        if (message.op == "subscribe" || message.op == "unsubscribe") return subscribe(message);
        if (message.op == "refresh") return refresh(message);
        close(CloseCode::unknown_op, "unknown-op");
    }

    bool authorize(const std::optional<std::string>& token) {
        if (token) {
            auto verified = site_.gateway.tokens.verify(*token, secondsNow());
            if (!verified) {
                spdlog::info("stream {}: {}", id_, verified.error().detail);
                return false;
            }
            if (identity_ && helloed_ && identity_->subject != verified->subject) return false;
            identity_ = std::move(*verified);
        }
        return identity_.has_value();
    }

    // The first topic that covers nothing; "" when all are known.
    static std::string unknownTopic(const std::vector<std::string>& asked) {
        for (const auto& topic : asked)
            if (std::ranges::none_of(events::topics(), [&](auto known) { return events::covers(topic, known); })) return topic;
        return {};
    }

    void hello(const Message& message) {
        helloed_ = true;
        if (!authorize(message.token)) return close(CloseCode::not_authorized, "not-authorized");
        const auto topics =
            message.topics.value_or(std::vector<std::string>{"agent-session", "agent", "queue", "call", "audio", "source", "acd-group", "agent-handler"});
        if (const auto unknown = unknownTopic(topics); !unknown.empty()) return close(CloseCode::bad_frame, "unknown-topic " + unknown.substr(0, 60));
        subscription_.topics = {topics.begin(), topics.end()};
        subscription_.scope = identity::scope(*identity_);
        if (message.agents) {
            subscription_.only.emplace(message.agents->begin(), message.agents->end());
            for (const auto& agent : *subscription_.only)
                if (subscription_.scope && !subscription_.scope->contains(agent)) return close(CloseCode::forbidden, "agent-not-visible");
        }
        interval_ = std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double>(1.0 / std::clamp(message.audioRate.value_or(defaultAudioRate), 1.0, highestAudioRate)));
        attach(message.cursor.value_or(""));
    }

    void attach(std::string cursor) {
        site_.gateway.lastInterest = now().time_since_epoch().count();
        site_.gateway.ledger.attach(shard_.number(), subscription_, std::move(cursor),
                                    [weak = weak_from_this(), which = ++attaching_](const events::Attachment& attachment) {
                                        if (const auto self = weak.lock(); self && self->attaching_ == which) self->attached(attachment);
                                    });
    }

    void attached(const events::Attachment& attachment) {
        if (channel_->closing()) return;
        if (!welcomed_) {
            json::array agents;
            for (const auto& agent : identity_->agents) agents.emplace_back(agent);
            channel_->send(events::textFrame(
                json::serialize(json::object{{"op", "welcome"},
                                             {"protocol", 1},
                                             {"gateway", site_.gateway.name},
                                             {"connection", id_},
                                             {"cursor", attachment.cursor},
                                             {"resumed", attachment.resumed},
                                             {"heartbeat", site_.heartbeatSeconds},
                                             {"identity", {{"subject", identity_->subject}, {"role", name(identity_->role)}, {"agents", std::move(agents)}}},
                                             {"capabilities", attachment.capabilities}})));
            welcomed_ = true;
        }
        if (!attachment.reset.empty()) channel_->send(events::textFrame(json::serialize(json::object{{"op", "reset"}, {"reason", attachment.reset}})));
        if (attachment.snapshot) channel_->send(attachment.snapshot, *attachment.snapshot);
        for (const auto& frame : attachment.missed)
            if (subscription_.matches(*frame)) channel_->send(frame, frame->bytes);
        if (attachment.more) {  // it is far behind: the next page when this one is out
            channel_->whenSent([weak = weak_from_this(), cursor = attachment.cursor, which = attaching_](error_code error) {
                if (const auto self = weak.lock(); self && !error && self->attaching_ == which) self->attach(cursor);
            });
            return channel_->flush();
        }
        if (joined_) shard_.leave(joinedAs_, this);
        shard_.join(subscription_, shared_from_this());
        joined_ = true;
        joinedAs_ = subscription_;
        watchMeters(subscription_.hears("audio.meter"));
        channel_->flush();
    }

    void watchMeters(bool watch) {
        if (watch == metering_) return;
        metering_ = watch;
        const auto before = watch ? site_.meterWatchers++ : site_.meterWatchers--;
        if (site_.meters && before == (watch ? 0U : 1U)) site_.meters(watch);
    }

    void subscribe(const Message& message) {
        const auto topics = message.topics.value_or(std::vector<std::string>{});
        if (const auto unknown = unknownTopic(topics); topics.empty() || !unknown.empty())
            return say({{"op", "error"},
                        {"reason", "unknown-topic"},
                        {"detail", topics.empty() ? "topics is missing or empty" : "there is no topic '" + unknown + "'"}});
        for (const auto& topic : topics) message.op == "subscribe" ? void(subscription_.topics.insert(topic)) : void(subscription_.topics.erase(topic));
        attach("");  // a fresh snapshot, in its place between the events
    }

    void refresh(const Message& message) {
        if (!message.token || !authorize(message.token)) return close(CloseCode::not_authorized, "not-authorized");
        subscription_.scope = identity::scope(*identity_);
        say({{"op", "refreshed"}, {"expires", identity_->expires}});
        if (subscription_ < joinedAs_ || joinedAs_ < subscription_) attach("");
    }

    void command(const Message& message) {
        if (!message.id || !message.method || !message.path) return close(CloseCode::bad_frame, "command-needs-id-method-path");
        api::Request request;
        request.method = *message.method;
        request.path = *message.path;
        if (message.body) request.body = json::serialize(*message.body);
        request.headers["content-type"] = "application/json";
        if (message.headers && message.headers->is_object())
            for (const auto& field : message.headers->get_object()) {
                std::string name(field.key());
                for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
                if (field.value().is_string()) request.headers[name] = std::string(field.value().get_string());
            }
        request.requestId = request.header("x-request-id");
        if (!fitsRequestId(request.requestId)) request.requestId = id_ + "-" + *message.id;
        request.identity = *identity_;
        request.later = laterOn(shard_.io());
        api::handle(site_.gateway, std::move(request), [weak = weak_from_this(), &shard = shard_, id = *message.id](api::Response response) {
            asio::post(shard.io(), [weak, id, response = std::move(response)] {
                const auto self = weak.lock();
                if (!self || self->channel_->closing()) return;
                json::object result{{"op", "result"}, {"id", id}, {"status", response.status}, {"body", response.body}};
                json::object headers;
                for (const auto& [name, value] : response.headers) headers[name] = value;
                if (!headers.empty()) result["headers"] = std::move(headers);
                self->say(result);
            });
        });
    }

    std::shared_ptr<Channel> channel_;
    websocket::stream<Stream, false> websocket_;
    Shard& shard_;
    Site& site_;
    std::optional<identity::Identity> identity_;
    std::string id_;
    events::Subscription subscription_, joinedAs_;
    std::map<std::string, Slot> conflated_;
    Clock::duration interval_{};
    std::uint64_t attaching_ = 0;  // the attachment that counts; what comes for one before is void
    bool helloed_ = false, welcomed_ = false, joined_ = false, touched_ = false, holding_ = false, heard_ = true, pinged_ = false, metering_ = false;
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

void acceptStream(std::shared_ptr<Channel> channel, Shard& shard, Site& site, HttpRequest request, std::optional<identity::Identity> identity) {
    auto connection = std::make_shared<StreamConnection>(std::move(channel), shard, site, std::move(identity));
    auto* self = connection.get();
    asio::co_spawn(shard.io(), self->run(std::move(request)), [connection = std::move(connection)](const std::exception_ptr& error) {
        if (error) spdlog::error("a stream failed by exception");
    });
}

}  // namespace deskline::net
