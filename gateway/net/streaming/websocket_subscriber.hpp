// A subscriber on a WebSocket: how events, the gateway's other messages and its goodbye go out. What the client says is
// read in websocket_session.cpp. Source: asyncapi.yaml, RFC 6455, RFC 7692. Thread: the shard's.
#pragma once
#include <string_view>

#include "net/streaming/close_code.hpp"
#include "net/streaming/event_subscriber.hpp"

namespace deskline::net {

class WebSocketSubscriber : public EventSubscriber {
protected:
    using EventSubscriber::EventSubscriber;

    void compress(bool agreed) { compressed_ = agreed; }  // permessage-deflate; before anything goes out
    void send(std::string_view message);                  // JSON text, at once
    // `retry`: milliseconds until the client is to come back; 0: it is not told.
    void close(CloseCode code, std::string_view reason, int retry = 0);

private:
    void sendWelcome(const events::SubscriptionStart& start) override;
    void sendReset(const std::string& reason) override;
    void sendSnapshot(const Bytes& text, const std::string& cursor) override;
    void put(const events::FramePtr& frame) override;
    void revoked() override { close(CloseCode::not_authorized, "revoked"); }
    void tooSlow() override { close(CloseCode::too_slow, "too-slow", 2000); }
    void queue(const std::shared_ptr<const void>& source, std::string_view prefix, std::string_view object);

    bool compressed_ = false;
};

}  // namespace deskline::net
