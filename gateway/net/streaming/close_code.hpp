// Why the gateway ends a WebSocket stream. Source: asyncapi.yaml, RFC 6455 §7.4. Thread: any.
#pragma once
#include <cstdint>

namespace deskline::net {

enum class CloseCode : std::uint16_t {  // those below 4100 say: stay away; those above, and 1001 and 1012: come back
                                        // and resume
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

}  // namespace deskline::net
