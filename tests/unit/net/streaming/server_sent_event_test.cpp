#include <catch2/catch.hpp>

#include "net/streaming/server_sent_event.hpp"

using namespace deskline::net;

TEST_CASE("a server-sent event is one chunk, with an id only where a client may resume from it") {
    CHECK(eventChunk("queue", "x-1", "{}") == "1f\r\nid: x-1\nevent: queue\ndata: {}\n\n\r\n");
    CHECK(eventChunk("reset", "", "{}") == "17\r\nevent: reset\ndata: {}\n\n\r\n");
    CHECK(chunk(std::string(300, 'x')) == "12c\r\n" + std::string(300, 'x') + "\r\n");
}
