#include <catch2/catch.hpp>

#include <boost/json.hpp>

#include "model/text.hpp"
#include "net/streaming/messages.hpp"
#include "net/streaming/websocket_frame.hpp"

using namespace deskline;
using namespace std::string_literals;

TEST_CASE("a frame is a whole unmasked text frame, at every length of header") {
    for (const std::size_t length : {10, 125 + 0, 126, 70'000}) {
        const std::string event = "{\"a\":\"" + std::string(length, 'x') + "\"}";
        const auto frame = net::textFrame(net::messageOf(net::eventPrefix, event));
        const auto total = frame.size();
        const auto second = static_cast<unsigned char>(frame[1]);
        const std::size_t header = second < 126 ? 2 : second == 126 ? 4 : 10;
        CHECK(static_cast<unsigned char>(frame[0]) == 0x81);
        CHECK(frame.substr(header, 14) == "{\"op\":\"event\",");
        CHECK("{" + frame.substr(header + 14) == event);
        CHECK(total - header == event.size() - 1 + 14);
        CHECK(total == net::textFrameBytes(net::messageBytes(net::eventPrefix, event)));
        CHECK(static_cast<unsigned char>(net::textFrame(event, true)[0]) == 0xc1);
    }
}

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
