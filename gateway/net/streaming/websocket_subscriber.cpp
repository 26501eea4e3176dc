#include "net/streaming/websocket_subscriber.hpp"

#include "net/streaming/messages.hpp"
#include "net/streaming/websocket_frame.hpp"

namespace deskline::net {

void WebSocketSubscriber::send(std::string_view message) {
    connection_->send(textFrame(message));
    connection_->flush();
}

void WebSocketSubscriber::close(CloseCode code, std::string_view reason, int retry) {
    if (connection_->closing()) return;
    end();
    connection_->abortWith(closeFrame(code, reason, retry));
}

void WebSocketSubscriber::sendWelcome(const events::SubscriptionStart& start) {
    const Welcome welcome{context_.api.name, whose_.id, context_.heartbeatSeconds, *identity_};
    connection_->send(textFrame(welcomeMessage(welcome, start)));
}

void WebSocketSubscriber::sendReset(const std::string& reason) { connection_->send(textFrame(resetMessage(reason))); }

void WebSocketSubscriber::sendSnapshot(const Bytes& text, const std::string&) { queue(text, snapshotPrefix, *text); }

void WebSocketSubscriber::put(const events::FramePtr& frame) { queue(frame, eventPrefix, frame->text); }

// `object`: the text of `source`, which goes on after the prefix (messages.hpp).
void WebSocketSubscriber::queue(const std::shared_ptr<const void>& source, std::string_view prefix,
                                std::string_view object) {
    const bool deflates = compressed_ && textFrameBytes(messageBytes(prefix, object)) >= context_.compressionThreshold;
    auto& encodings = shard_.encodings();
    const auto bytes = encodings.of(deflates ? Encoding::deflated_websocket : Encoding::websocket, source, [&] {
        const auto message = messageOf(prefix, object);
        return deflates ? textFrame(encodings.deflate(message), true) : textFrame(message);
    });
    connection_->send(bytes, *bytes);
}

}  // namespace deskline::net
