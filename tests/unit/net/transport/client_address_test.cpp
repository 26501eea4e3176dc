// The client's address of a request, also behind proxies.
#include <catch2/catch.hpp>

#include "model/address.hpp"
#include "unit/net/transport/addresses.hpp"

using namespace deskline;
using namespace deskline::net;

TEST_CASE("networks: addresses and prefixes of both kinds, mapped ones too") {
    const auto some = networks({"192.0.2.7", "10.0.0.0/8", "172.16.0.0/12", "2001:db8::/33"});
    for (const auto* in : {"192.0.2.7", "10.255.0.1", "172.31.9.9", "2001:db8:7fff::1", "::ffff:10.1.2.3"})
        CHECK(some.contains(address(in)));
    for (const auto* out : {"192.0.2.8", "11.0.0.1", "172.32.0.1", "2001:db8:8000::1", "::1"})
        CHECK_FALSE(some.contains(address(out)));
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
    const std::tuple<const char*, const char*> good[] = {
        {"198.51.100.8", "198.51.100.8"},         {"198.51.100.8:51034", "198.51.100.8"},
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
    for (const auto* none :
         {"unknown", "_hidden", "_SEVKISEK", "<script>", "198.51.100.8:", "198.51.100.8:x", "198.51.100.8:123456",
          "198.51.100.8/24", "198.51.100", "[198.51.100.8]", "[2001:db8::7", "[2001:db8::7]x",
          "[2001:db8::7]:", "fe80::1%eth0", "[fe80::1%1]:80", "\"", "for=198.51.100.8", "0x7f.1", "localhost"}) {
        INFO(none);
        CHECK_FALSE(forwardedAddress(none));
        CHECK(clientAddress(proxies, "127.0.0.1", std::string("203.0.113.9, ") + none) == "127.0.0.1");
        CHECK(clientAddress(proxies, "127.0.0.1", std::string("203.0.113.9, ") + none + ", ::1") == "::1");
    }
    CHECK(clientAddress(proxies, "127.0.0.1", " , 203.0.113.9 ,, ,127.0.0.1,") == "203.0.113.9");
    CHECK(clientAddress(proxies, "::ffff:127.0.0.1", "203.0.113.9") == "203.0.113.9");
    CHECK(clientAddress(proxies, "::ffff:192.0.2.1", "203.0.113.9") == "192.0.2.1");
}
