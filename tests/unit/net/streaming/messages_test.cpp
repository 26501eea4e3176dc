#include <catch2/catch.hpp>

#include "net/streaming/messages.hpp"

using namespace deskline;
using namespace deskline::net;

TEST_CASE("an event's message is the event's own text with its op before it") {
    CHECK(messageOf(eventPrefix, R"({"a":1})") == R"({"op":"event","a":1})");
    CHECK(messageBytes(eventPrefix, R"({"a":1})") == messageOf(eventPrefix, R"({"a":1})").size());
    CHECK(messageOf(snapshotPrefix, R"({"cursor":"x-1"})") == R"({"op":"snapshot","cursor":"x-1"})");
}

TEST_CASE("a result has the answer as its body, whether that is text already or not") {
    api::Response response{200, boost::json::object{{"a", 1}}};
    CHECK(resultMessage("7", response) == R"({"op":"result","id":"7","status":200,"body":{"a":1}})");
    response.headers = {{"ETag", "\"1\""}};
    response.text = R"({"items":[1,2]})";
    CHECK(resultMessage("\"", response) ==
          R"({"op":"result","id":"\"","status":200,"body":{"items":[1,2]},"headers":{"ETag":"\"1\""}})");
    CHECK(resultMessage("8", {204}) == R"({"op":"result","id":"8","status":204,"body":null})");
}

TEST_CASE("the other messages of the gateway") {
    CHECK(resetMessage("epoch-changed") == R"({"op":"reset","reason":"epoch-changed"})");
    CHECK(refreshedMessage(42) == R"({"op":"refreshed","expires":42})");
    CHECK(errorMessage("unknown-topic", "x") == R"({"op":"error","reason":"unknown-topic","detail":"x"})");
}
