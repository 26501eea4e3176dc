#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <boost/json/static_resource.hpp>

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

TEST_CASE("a command's body is wiped with its message where no request took it, and goes with the request else") {
    const std::string pin = "a long secret PIN of one", text = R"({"pin":")" + pin + "\"}";
    std::array<unsigned char, 4'096> memory{};  // nothing that is given back in it is overwritten
    const auto left = [&] { return !std::ranges::search(memory, pin).empty(); };
    boost::json::static_resource resource(memory.data(), memory.size());
    net::Message command;
    command.op = "command";
    command.body = boost::json::parse(text, &resource);
    REQUIRE(left());
    {
        const auto moved = std::move(command);
        CHECK(left());
    }
    CHECK_FALSE(left());

    net::Message accepted;
    accepted.id = "1";
    accepted.method = "PUT";
    accepted.path = "/agents/1001";
    accepted.body = boost::json::parse(text);
    bool whole = false;
    const auto request = net::requestOf(std::move(accepted), "s", {}, {}, whole);
    REQUIRE(whole);
    CHECK((*request.body.json())->at("pin").as_string() == pin);
}
