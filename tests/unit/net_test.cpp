// Where connections come from, and how much one address may take.
#include <catch2/catch.hpp>

#include "model/address.hpp"
#include "net/streaming/conflated.hpp"
#include "net/transport/peers.hpp"
#include "net/transport/tls_context.hpp"

using namespace deskline;
using namespace deskline::net;

namespace {

Networks networks(const std::vector<std::string>& texts) {
    auto parsed = Networks::parse(texts);
    REQUIRE(parsed.has_value());
    return *parsed;
}
boost::asio::ip::address address(const char* text) { return boost::asio::ip::make_address(text); }

}  // namespace

TEST_CASE("networks: addresses and prefixes of both kinds, mapped ones too") {
    const auto some = networks({"192.0.2.7", "10.0.0.0/8", "172.16.0.0/12", "2001:db8::/33"});
    for (const auto* in : {"192.0.2.7", "10.255.0.1", "172.31.9.9", "2001:db8:7fff::1", "::ffff:10.1.2.3"}) CHECK(some.contains(address(in)));
    for (const auto* out : {"192.0.2.8", "11.0.0.1", "172.32.0.1", "2001:db8:8000::1", "::1"}) CHECK_FALSE(some.contains(address(out)));
    CHECK_FALSE(networks({}).contains(address("127.0.0.1")));
    CHECK(networks({"0.0.0.0/0"}).contains(address("8.8.8.8")));
    for (const auto* wrong : {"10.0.0.0/33", "nonsense", "10.0.0.0/", ""}) CHECK(Networks::parse({wrong}).has_error());
}

TEST_CASE("the client behind proxies: the last address that none of them is, and nobody believes a stranger") {
    const auto proxies = networks({"127.0.0.1", "10.0.0.0/8"});
    CHECK(clientAddress(proxies, "203.0.113.9", "1.2.3.4") == "203.0.113.9");
    CHECK(clientAddress(proxies, "127.0.0.1", "1.2.3.4, 203.0.113.9, 10.0.0.5") == "203.0.113.9");
    CHECK(clientAddress(proxies, "127.0.0.1", "10.0.0.7 ,10.0.0.5") == "10.0.0.7");
    CHECK(clientAddress(proxies, "127.0.0.1", "") == "127.0.0.1");
    CHECK(clientAddress(proxies, "127.0.0.1", "1.2.3.4, <script>") == "127.0.0.1");
    CHECK(clientAddress(proxies, "127.0.0.1", "2001:db8::7") == "2001:db8::7");
}

TEST_CASE("addresses in X-Forwarded-For, in every form that proxies write; what is none ends the search") {
    const std::tuple<const char*, const char*> good[] = {{"198.51.100.8", "198.51.100.8"},         {"198.51.100.8:51034", "198.51.100.8"},
                                                         {"2001:db8::7", "2001:db8::7"},           {"2001:0DB8::0007", "2001:db8::7"},
                                                         {"[2001:db8::7]", "2001:db8::7"},         {"[2001:db8::7]:443", "2001:db8::7"},
                                                         {"\"[2001:db8::7]:443\"", "2001:db8::7"}, {"\"198.51.100.8:80\"", "198.51.100.8"},
                                                         {"::ffff:198.51.100.8", "198.51.100.8"},  {"[::ffff:198.51.100.8]:80", "198.51.100.8"}};
    const auto proxies = networks({"127.0.0.1", "::1"});
    for (const auto& [written, meant] : good) {
        INFO(written);
        CHECK(clientAddress(proxies, "127.0.0.1", written) == meant);
        CHECK(clientAddress(proxies, "::1", std::string("10.9.9.9, ") + written) == meant);
    }
    for (const auto* none : {"unknown", "_hidden", "_SEVKISEK", "<script>", "198.51.100.8:", "198.51.100.8:x", "198.51.100.8:123456", "198.51.100.8/24",
                             "198.51.100", "[198.51.100.8]", "[2001:db8::7", "[2001:db8::7]x", "[2001:db8::7]:", "fe80::1%eth0", "[fe80::1%1]:80", "\"",
                             "for=198.51.100.8", "0x7f.1", "localhost"}) {
        INFO(none);
        CHECK_FALSE(forwardedAddress(none));
        CHECK(clientAddress(proxies, "127.0.0.1", std::string("203.0.113.9, ") + none) == "127.0.0.1");
        CHECK(clientAddress(proxies, "127.0.0.1", std::string("203.0.113.9, ") + none + ", ::1") == "::1");
    }
    CHECK(clientAddress(proxies, "127.0.0.1", " , 203.0.113.9 ,, ,127.0.0.1,") == "203.0.113.9");
    CHECK(clientAddress(proxies, "::ffff:127.0.0.1", "203.0.113.9") == "203.0.113.9");
    CHECK(clientAddress(proxies, "::ffff:192.0.2.1", "203.0.113.9") == "192.0.2.1");
}

TEST_CASE("one key for an address, for all that count by it") {
    CHECK(addressKey("192.0.2.7") == "192.0.2.7");
    CHECK(addressKey("::ffff:192.0.2.7") == "192.0.2.7");
    CHECK(addressKey("2001:db8:1:2::7") == addressKey("2001:db8:1:2:ffff::9"));
    CHECK(addressKey("2001:db8:1:2::7") == addressKey("2001:DB8:0001:2::8"));
    CHECK(addressKey("2001:db8:1:2::7") != addressKey("2001:db8:1:3::7"));
    CHECK(addressKey(address("2001:db8:1:2::7")) == addressKey("2001:db8:1:2::7"));
    CHECK(addressKey("unknown") == "unknown");
}

TEST_CASE("the turns of addresses are remembered for so many of them") {
    Peers peers({.connections = 0, .handshakes = 10}, networks({}));
    const auto time = Peers::Clock::now();
    const auto come = [&](std::uint32_t from) { return *peers.handshakeIn(boost::asio::ip::address_v4(from), time); };
    for (int i = 0; i < 4; ++i) (void)come(1);
    CHECK(come(1) > Peers::Clock::duration::zero());
    for (std::uint32_t other = 2; other < Peers::mostTurns + 2; ++other) (void)come(other);
    CHECK(come(1) == Peers::Clock::duration::zero());
}

TEST_CASE("one address has so many connections, and its handshakes come one after another") {
    Peers peers({.connections = 2, .handshakes = 10}, networks({"10.0.0.1"}));
    CHECK(peers.arrived(address("192.0.2.1")));
    CHECK(peers.arrived(address("192.0.2.1")));
    CHECK_FALSE(peers.arrived(address("192.0.2.1")));
    CHECK(peers.arrived(address("192.0.2.2")));
    peers.left(address("192.0.2.1"));
    CHECK(peers.arrived(address("192.0.2.1")));
    CHECK(peers.arrived(address("2001:db8::1")));
    CHECK(peers.arrived(address("2001:db8::2")));  // the same /64
    CHECK_FALSE(peers.arrived(address("2001:db8::3")));
    for (int i = 0; i < 9; ++i) CHECK(peers.arrived(address("10.0.0.1")));

    const auto time = Peers::Clock::now();
    const auto in = [&](const char* from, int later = 0) { return peers.handshakeIn(address(from), time + std::chrono::milliseconds(later)); };
    for (int i = 0; i < 3; ++i) CHECK(*in("198.51.100.1") == Peers::Clock::duration::zero());  // a few at once
    CHECK(*in("198.51.100.1") == std::chrono::milliseconds(100));
    CHECK(*in("198.51.100.1") == std::chrono::milliseconds(200));
    CHECK(*in("198.51.100.2") == Peers::Clock::duration::zero());
    for (int i = 0; i < 98; ++i) (void)in("198.51.100.1");
    CHECK_FALSE(in("198.51.100.1"));  // ten seconds of them wait already
    CHECK(in("198.51.100.1", 1000));
    for (int i = 0; i < 200; ++i) CHECK(*in("10.0.0.1") == Peers::Clock::duration::zero());
}

TEST_CASE("ticket keys: the one before is good for an hour more, none after a renewal") {
    TicketKeys keys;
    const auto first = keys.current();
    const auto time = TicketKeys::Clock::now();
    CHECK(keys.find(first.name.data())->second);
    keys.rotate(time);
    CHECK(keys.current().name == first.name);
    keys.rotate(time + TicketKeys::lifetime);
    CHECK(keys.current().name != first.name);
    CHECK_FALSE(keys.find(first.name.data())->second);
    keys.rotate(time + 2 * TicketKeys::lifetime + std::chrono::seconds(1));
    CHECK_FALSE(keys.find(first.name.data()));
    const auto last = keys.current();
    keys.renew();
    CHECK_FALSE(keys.find(last.name.data()));
}

TEST_CASE("objects that came and went leave no slot behind, and what is held stays") {
    net::Conflated conflated;
    const auto start = net::Conflated::Clock::now();
    const auto frame = events::makeFrame({.number = 7, .type = "deskline.audio.session", .subject = "/audio/sessions/held"}, "{}");
    conflated.of("/audio/sessions/held", start).held = frame;
    for (int i = 0; i < 100'000; ++i)
        conflated.of("/audio/sessions/" + std::to_string(i), start + std::chrono::seconds(i)).due = start + std::chrono::seconds(i + 1);
    CHECK(conflated.size() <= net::Conflated::many);
    REQUIRE(conflated.held().size() == 1);
    CHECK(conflated.held()[0]->held == frame);
}
