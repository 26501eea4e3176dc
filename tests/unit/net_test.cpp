// Where connections come from, and how much one address may take.
#include <catch2/catch.hpp>

#include "net/peers.hpp"
#include "net/tls.hpp"

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
