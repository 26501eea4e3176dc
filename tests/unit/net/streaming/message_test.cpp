#include <catch2/catch.hpp>

#include "model/text.hpp"
#include "net/streaming/message.hpp"

using namespace deskline;
using namespace std::string_literals;

TEST_CASE("a close frame's reason is whole JSON in UTF-8 of at most 123 bytes, whatever it is made of") {
    for (const auto& reason : {"too-slow"s, std::string(80, 'x'), std::string(300, 'x'), std::string(300, '"'),
                               std::string(300, '\\'), std::string(300, '\n'), std::string(300, '\xff'), "x" + [] {
                                   std::string text;
                                   for (int i = 0; i < 80; ++i) text += "é";
                                   return text;
                               }()})
        for (const int retry : {0, 2000, 2'000'000'000}) {
            const auto frame = net::closeFrame(net::CloseCode::too_slow, reason, retry);
            REQUIRE(frame.size() <= 127);
            CHECK(static_cast<unsigned char>(frame[1]) == frame.size() - 2);
            const auto text = std::string_view(frame).substr(4);
            CHECK(isUtf8(text));
            const auto why = boost::json::parse({text.data(), text.size()});
            CHECK(why.at("reason").as_string().starts_with(std::string_view(printable(reason)).substr(0, 1)));
            if (retry) CHECK(why.at("retry") == retry);
        }
    CHECK(net::closeFrame(net::CloseCode::too_slow, "too-slow", 2000).substr(4) ==
          R"({"reason":"too-slow","retry":2000})");
}

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
