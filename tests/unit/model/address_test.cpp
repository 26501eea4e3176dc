#include <catch2/catch.hpp>

#include "model/address.hpp"

using namespace deskline;

namespace {

boost::asio::ip::address address(const char* text) { return boost::asio::ip::make_address(text); }

}  // namespace

TEST_CASE("one key for an address, for all that count by it") {
    CHECK(addressKey("192.0.2.7") == "192.0.2.7");
    CHECK(addressKey("::ffff:192.0.2.7") == "192.0.2.7");
    CHECK(addressKey("2001:db8:1:2::7") == addressKey("2001:db8:1:2:ffff::9"));
    CHECK(addressKey("2001:db8:1:2::7") == addressKey("2001:DB8:0001:2::8"));
    CHECK(addressKey("2001:db8:1:2::7") != addressKey("2001:db8:1:3::7"));
    CHECK(addressKey(address("2001:db8:1:2::7")) == addressKey("2001:db8:1:2::7"));
    CHECK(addressKey("unknown") == "unknown");
}

TEST_CASE("where the gateway listens: an address of a host and a port, in the spellings that a start takes") {
    struct Row {
        const char *text, *address;
        unsigned short port;
    };
    const Row rows[] = {{"127.0.0.1:8443", "127.0.0.1", 8443},
                        {"0.0.0.0:0", "0.0.0.0", 0},
                        {"[::1]:443", "::1", 443},
                        {"::1:443", "::1", 443},
                        {"[127.0.0.1]:65535", "127.0.0.1", 65535}};
    for (const auto& row : rows) {
        INFO(row.text);
        const auto found = listenAddress(row.text);
        REQUIRE(found.has_value());
        CHECK(found->address == address(row.address));
        CHECK(found->port == row.port);
    }
    const char* const none[] = {"",
                                ":",
                                "8443",
                                "127.0.0.1",
                                ":8443",
                                "127.0.0.1:",
                                "127.0.0.1:65536",
                                "127.0.0.1:-1",
                                "127.0.0.1:+1",
                                "127.0.0.1:80x",
                                "127.0.0.1: 80",
                                "127.0.0.1:https",
                                "localhost:8443",
                                "https://127.0.0.1:8443",
                                "[::1:8443",
                                "256.0.0.1:8443"};
    for (const auto* text : none) {
        INFO(text);
        const auto found = listenAddress(text);
        REQUIRE(found.has_error());
        CHECK(found.error().detail.starts_with("must be an IP address and a port such as \"127.0.0.1:8443\""));
    }
}
