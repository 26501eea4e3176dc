// The shares of one address: connections and handshakes.
#include <catch2/catch.hpp>

#include "model/address.hpp"
#include "unit/net/transport/addresses.hpp"

using namespace deskline;
using namespace deskline::net;

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
    const auto in = [&](const char* from, int later = 0) {
        return peers.handshakeIn(address(from), time + std::chrono::milliseconds(later));
    };
    for (int i = 0; i < 3; ++i) CHECK(*in("198.51.100.1") == Peers::Clock::duration::zero());  // a few at once
    CHECK(*in("198.51.100.1") == std::chrono::milliseconds(100));
    CHECK(*in("198.51.100.1") == std::chrono::milliseconds(200));
    CHECK(*in("198.51.100.2") == Peers::Clock::duration::zero());
    for (int i = 0; i < 98; ++i) (void)in("198.51.100.1");
    CHECK_FALSE(in("198.51.100.1"));  // ten seconds of them wait already
    CHECK(in("198.51.100.1", 1000));
    for (int i = 0; i < 200; ++i) CHECK(*in("10.0.0.1") == Peers::Clock::duration::zero());
}
