// What the gateway says on a stream, as JSON text. Here alone each message is given its `op`: an event and a snapshot
// are the ledger's text, with `op` before it. Source: asyncapi.yaml. Thread: any.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "api/request.hpp"
#include "events/subscription_start.hpp"

namespace deskline::net {

// The beginning of a message whose other members are an object that is text already.
inline constexpr std::string_view eventPrefix = R"({"op":"event",)", snapshotPrefix = R"({"op":"snapshot",)";

// `object`: JSON text with a member at least; it goes on after the prefix.
std::string messageOf(std::string_view prefix, std::string_view object);
std::size_t messageBytes(std::string_view prefix, std::string_view object);  // how long it is

struct Welcome {
    const std::string& gateway;     // its name
    const std::string& connection;  // its id
    int heartbeatSeconds;
    const identity::Identity& identity;
};
std::string welcomeMessage(const Welcome& welcome, const events::SubscriptionStart& start);
std::string resetMessage(std::string_view reason);
std::string refreshedMessage(std::int64_t expires);  // seconds since 1970
std::string errorMessage(std::string_view reason, std::string_view detail);
std::string resultMessage(std::string_view id, const api::Response& response);  // of the command with that id

}  // namespace deskline::net
