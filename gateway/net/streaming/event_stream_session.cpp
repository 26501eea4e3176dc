#include "net/streaming/event_stream_session.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>

#include "model/id.hpp"
#include "model/token_bucket.hpp"
#include "net/streaming/event_subscriber.hpp"
#include "net/streaming/messages.hpp"
#include "net/streaming/server_sent_event.hpp"
#include "net/transport/beast_stream.hpp"

namespace deskline::net {
namespace {

namespace json = boost::json;

constexpr std::string_view lastChunk = "0\r\n\r\n";
constexpr int goAwayRetry = 1000, slowRetry = 2000;  // milliseconds

class EventStreamSession final : public EventSubscriber {
public:
    EventStreamSession(std::shared_ptr<TlsConnection> connection, Shard& shard, ServerContext& context,
                       std::string address, identity::Identity identity, Shares::Share place)
        : EventSubscriber(std::move(connection), shard, context,
                          {api::StreamKind::event_stream, randomId(6), std::move(address)}, std::move(identity)) {
        place_ = std::move(place);
    }

    asio::awaitable<void> run(HttpResponse head, api::EventsQuery query) {
        const Reader reader(*this);
        head.chunked(true);
        http::serializer<false, http::string_body> serializer(head);
        serializer.split(true);  // the body comes in pieces of its own
        error_code error;
        serializer.next(error, [this](error_code&, const auto& buffers) {
            connection_->send(boost::beast::buffers_to_string(buffers));
        });
        takeOver(context_.heartbeatSeconds);
        connection_->flush();
        if (query.audioRate) setAudioRate(*query.audioRate);
        listen(std::move(query.subscription), std::move(query.after));
        if (shard_.leaving() != Leaving::not_yet) goAway();
        BeastStream stream(connection_);
        char ignored[256];
        TokenBucket reads(100, 1, TokenBucket::Clock::now());  // the client of an event stream has nothing to say
        while (!error && reads.take(TokenBucket::Clock::now()))
            co_await stream.async_read_some(asio::buffer(ignored), asio::redirect_error(asio::use_awaitable, error));
        end();
        connection_->closeAfterDrain();
    }

    void goAway() override { close("going-away", goAwayRetry); }

private:
    int onTick() override {
        if (expired()) {
            close("token-expired", 0);
            return 0;
        }
        if (stuck()) return 0;
        connection_->send(chunk(": heartbeat\n\n"));
        connection_->flush();
        return context_.heartbeatSeconds;
    }

    void put(const events::FramePtr& frame) override {
        queue(frame, [&] { return eventChunk(frame->type(), frame->cursor(), frame->text); });
    }

    void sendSnapshot(const Bytes& text, const std::string& cursor) override {
        queue(text, [&] { return eventChunk("snapshot", cursor, messageOf(snapshotPrefix, *text)); });
    }

    template <class Make>
    void queue(const std::shared_ptr<const void>& source, const Make& make) {
        const auto bytes = shard_.encodings().of(Encoding::event_stream, source, make);
        connection_->send(bytes, *bytes);
    }

    void sendReset(const std::string& reason) override {
        connection_->send(eventChunk("reset", "", json::serialize(json::object{{"reason", reason}})));
    }

    void revoked() override { close("revoked", 0); }

    void tooSlow() override { close("too-slow", slowRetry); }

    void close(std::string_view reason, int retry) {
        if (connection_->closing()) return;
        end();
        std::string last;
        if (retry) last += chunk("retry: " + std::to_string(retry) + "\n\n");
        last += eventChunk("close", "", json::serialize(json::object{{"reason", reason}}));
        connection_->abortWith(last.append(lastChunk));
    }
};

}  // namespace

asio::awaitable<void> serveEventStream(std::shared_ptr<TlsConnection> connection, Shard& shard, ServerContext& context,
                                       HttpResponse head, std::string address, identity::Identity identity,
                                       Shares::Share place, api::EventsQuery query) {
    const auto stream = std::make_shared<EventStreamSession>(std::move(connection), shard, context, std::move(address),
                                                             std::move(identity), std::move(place));
    co_await stream->run(std::move(head), std::move(query));
}

}  // namespace deskline::net
