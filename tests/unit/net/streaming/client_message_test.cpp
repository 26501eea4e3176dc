#include <catch2/catch.hpp>

#include "net/streaming/client_message.hpp"

using namespace deskline;
using namespace std::string_literals;

TEST_CASE("what a client says is read strictly, and a refusal repeats none of it") {
    const auto reason = [](const std::string& text) {
        const auto message = net::readMessage(text);
        return message ? "" : message.error().reason;
    };
    CHECK(reason(R"({"op":"hello","topics":["call"]})").empty());
    CHECK(reason("{") == "bad-json");
    CHECK(reason("{\"op\":\"hello\"}\xf2") == "bad-json");  // breaks off within a character
    CHECK(reason("{\"op\":\"hello\xf2\"}") == "bad-json");
    CHECK(reason(R"({"op":"hello","topics":1})") == "bad-field /topics");
    CHECK(reason(R"({"op":"hello","topics":["call",1]})") == "bad-field /topics");
    CHECK(reason(R"({"op":"hello","colour":1})") == "bad-field");
    CHECK(reason(R"({"op":"hello","to\npics":1})") == "bad-field");
    CHECK(reason(R"({"op":"hello","":1})") == "bad-field");
    CHECK(reason(R"(7)") == "bad-field");
    CHECK(reason(R"({"op":"command","id":"7"})").empty());
    CHECK(reason(R"({"op":"command","id":")" + std::string(64, '~') + "\"}").empty());
    for (const auto& id : {""s, std::string(65, 'x'), "a b"s, "a\\nb"s, "é"s})
        CHECK(reason(R"({"op":"command","id":")" + id + "\"}") == "bad-field /id");
}
