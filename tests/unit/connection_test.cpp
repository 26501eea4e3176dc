// What a connection may do and keep: frames that are counted, a queue with a limit, whoever watches, tickets.
#include <catch2/catch.hpp>

#include "identity/origin.hpp"
#include "identity/tickets.hpp"
#include "net/streaming/frame_meter.hpp"
#include "net/shard/watchers.hpp"

using namespace deskline;
using namespace deskline::net;
using namespace std::string_literals;

namespace {

std::string frame(int first, std::size_t length) {
    std::string out(1, static_cast<char>(first));
    if (length < 126) {
        out += static_cast<char>(0x80 | length);
    } else if (length < 65'536) {
        out += static_cast<char>(0x80 | 126);
        out += static_cast<char>(length >> 8);
        out += static_cast<char>(length);
    } else {
        out += static_cast<char>(0x80 | 127);
        for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(static_cast<std::uint64_t>(length) >> shift);
    }
    return out + "mask" + std::string(length, 'x');
}

// How many of them are taken before it is too much; each in pieces of `piece` bytes.
int taken(const std::string& one, std::size_t piece = SIZE_MAX) {
    FrameMeter meter;
    const auto time = FrameMeter::Clock::now();
    for (int count = 0; count < 10'000; ++count)
        for (std::size_t at = 0; at < one.size(); at += std::min(piece, one.size() - at))
            if (!meter.take(std::string_view(one).substr(at, piece), time)) return count;
    return -1;
}

}  // namespace

TEST_CASE("frames: every one counts, whatever it is, and in whatever pieces it comes") {
    for (const auto& one : {frame(0x81, 0), frame(0x81, 10), frame(0x01, 0), frame(0x00, 1), frame(0x89, 0), frame(0x8a, 125), frame(0x88, 2), frame(0x82, 126),
                            frame(0x81, 65'535), frame(0x81, 65'536), frame(0xc1, 300), "\x81\x00"s})
        CHECK(taken(one) == 100);
    for (const auto& one : {frame(0x81, 10), frame(0x01, 0), frame(0x89, 90)})
        for (const std::size_t piece : {1, 2, 3, 7}) CHECK(taken(one, piece) == 100);
    CHECK(taken(frame(0x81, 50) + frame(0x89, 0)) == 50);
    CHECK(taken(frame(0x81, 60'000), 1) == 0);  // ten thousand records for a part of one message
}

TEST_CASE("frames: twenty a second are fine for ever") {
    FrameMeter meter;
    auto time = FrameMeter::Clock::now();
    for (int i = 0; i < 10'000; ++i) REQUIRE(meter.take(frame(0x81, 100), time += std::chrono::milliseconds(50)));
    int atOnce = 0;
    while (meter.take(frame(0x81, 100), time) && atOnce < 200) ++atOnce;
    CHECK(atOnce >= 98);
    CHECK(atOnce <= 100);
}

TEST_CASE("frames: a message that has begun is waited for 15 seconds, pings between its parts or not") {
    using std::chrono::seconds;
    const auto start = FrameMeter::Clock::now();
    const auto lateAfter = [&](const std::vector<std::string>& pieces) {
        FrameMeter meter;
        for (std::size_t i = 0; i < pieces.size(); ++i) REQUIRE(meter.take(pieces[i], start + seconds(i)));
        CHECK_FALSE(meter.late(start + seconds(15)));
        return meter.late(start + seconds(16));
    };
    CHECK_FALSE(lateAfter({}));
    CHECK_FALSE(lateAfter({frame(0x81, 10)}));
    CHECK_FALSE(lateAfter({frame(0x89, 0)}));
    CHECK_FALSE(lateAfter({frame(0x01, 10), frame(0x00, 10), frame(0x89, 5), frame(0x80, 0)}));
    CHECK(lateAfter({"\x81"}));
    CHECK(lateAfter({frame(0x81, 10).substr(0, 8)}));
    CHECK(lateAfter({frame(0x01, 10)}));
    CHECK(lateAfter({frame(0x01, 10), frame(0x89, 0), frame(0x00, 3), frame(0x8a, 0)}));
    CHECK(lateAfter({frame(0x89, 10).substr(0, 8)}));
}

TEST_CASE("watchers: the last that is told is true, though somebody comes while it is told that nobody is left") {
    Watchers watchers;
    std::vector<bool> heard;
    int again = 0;
    watchers.tell([&](bool watched) {
        if (!watched && again++ == 0) watchers.come();  // as another thread does, in the middle of it
        heard.push_back(watched);
    });
    watchers.come();
    watchers.come();
    CHECK(heard == std::vector{true});
    watchers.go();
    watchers.go();
    CHECK(heard == std::vector{true, false, true});
    watchers.go();
    CHECK(heard == std::vector{true, false, true, false});
    Watchers nobody;
    nobody.come();
    nobody.go();
}

TEST_CASE("an origin is scheme, host and port, as browsers write it") {
    using identity::parseOrigin;
    const std::pair<std::string, std::string> rows[] = {
        {"https://desk.test", "https://desk.test"},
        {"HTTPS://Desk.Test", "https://desk.test"},
        {"https://desk.test:443", "https://desk.test"},
        {"http://desk.test:80", "http://desk.test"},
        {"http://desk.test:443", "http://desk.test:443"},
        {"https://desk.test:8443", "https://desk.test:8443"},
        {"https://192.0.2.1:65535", "https://192.0.2.1:65535"},
        {"https://[2001:DB8::1]", "https://[2001:db8::1]"},
        {"https://[::1]:3000", "https://[::1]:3000"},
        {"chrome-extension://abcdefgh", "chrome-extension://abcdefgh"},
        {"capacitor://localhost", "capacitor://localhost"},
        {"https://" + std::string(247, 'x'), "https://" + std::string(247, 'x')},
    };
    for (const auto& [text, origin] : rows) CHECK(parseOrigin(text) == origin);
    for (const auto& wrong : {""s,
                              "null"s,
                              "https:"s,
                              "https://"s,
                              "//desk.test"s,
                              "desk.test"s,
                              "desk.test:443"s,
                              "https://desk.test/"s,
                              "https://desk.test/x"s,
                              "https://desk.test?x"s,
                              "https://desk.test#x"s,
                              "https://a@desk.test"s,
                              "https://a:b@desk.test"s,
                              "https://desk.test:"s,
                              "https://desk.test:0"s,
                              "https://desk.test:08"s,
                              "https://desk.test:65536"s,
                              "https://desk.test:99999999999"s,
                              "https://desk.test:x"s,
                              "https://desk test"s,
                              " https://desk.test"s,
                              "https://desk.test\n"s,
                              "https://desk.test\0"s,
                              "1s://desk.test"s,
                              "://desk.test"s,
                              "https://[::1"s,
                              "https://[]"s,
                              "https://[x]"s,
                              "https://[fe80::1%1]"s,
                              "https://[::1]x"s,
                              "https://é.test"s,
                              "https://a,b"s,
                              "https://desk.test https://evil.test"s,
                              "https://" + std::string(248, 'x')})
        CHECK_FALSE(parseOrigin(wrong));
}

TEST_CASE("tickets: fifty of an account and a number in all; beyond that the oldest goes, and the expired go by themselves", "[one-thread]") {
    identity::Tickets tickets;
    std::vector<std::string> ada;
    for (int i = 0; i < 51; ++i) ada.push_back(tickets.issue({"ada"}, "", 100));
    const auto bob = tickets.issue({"bob"}, "", 100);
    CHECK(tickets.size() == 51);
    CHECK(tickets.redeem(ada[0], "", 101).has_error());
    CHECK(tickets.redeem(ada[1], "", 101).has_value());
    CHECK(tickets.redeem(ada[50], "", 101).has_value());
    CHECK(tickets.redeem(bob, "", 101).has_value());
    CHECK(tickets.size() == 48);
    for (int i = 0; i < 2; ++i) (void)tickets.issue({"ada"}, "", 110);
    (void)tickets.issue({"ada"}, "", 110);
    CHECK(tickets.size() == 50);
    tickets.sweep(130);
    CHECK(tickets.size() == 50);
    tickets.sweep(131);
    CHECK(tickets.size() == 3);
    tickets.sweep(141);
    CHECK(tickets.size() == 0);

    const auto first = tickets.issue({"first"}, "", 200);
    for (std::size_t i = 0; i < identity::Tickets::most; ++i) (void)tickets.issue({"one of many " + std::to_string(i)}, "", 200);
    CHECK(tickets.size() == identity::Tickets::most);
    CHECK(tickets.redeem(first, "", 201).has_error());
}
