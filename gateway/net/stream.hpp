// A stream: one WebSocket client with its subscription. Beast does the upgrade, reads, answers pings and closes; events leave through the
// channel's queue as frames that the ledger made. Source: RFC 6455. Thread: the shard's.
#pragma once
#include <optional>

#include "net/caller.hpp"

namespace deskline::net {

enum class CloseCode : std::uint16_t {  // those below 4100 say: stay away; those above, and 1001 and 1012: come back and resume
    going_away = 1001,
    restart = 1012,
    bad_frame = 4000,
    not_authorized = 4001,
    forbidden = 4003,
    unknown_op = 4004,
    hello_late = 4005,
    replaced = 4010,
    token_expired = 4102,
    too_slow = 4108,
    too_many_connections = 4109,
};

void acceptStream(std::shared_ptr<Channel> channel, Shard& shard, Site& site, HttpRequest request, From from, std::optional<identity::Identity> identity,
                  bool crowded);  // crowded: one too many, to be told so and closed

// A close frame whose reason is JSON: {"reason":"too-slow","retry":2000}.
std::string closeFrame(CloseCode code, std::string_view reason, int retryMilliseconds);

}  // namespace deskline::net
