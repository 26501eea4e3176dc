// Which addresses are public, and which a webhook's receiver may have.
#include <catch2/catch.hpp>

#include "model/special_networks.hpp"
#include "model/uri.hpp"

using namespace deskline;

namespace {

auto address(std::string_view text) { return boost::asio::ip::make_address(text); }

}  // namespace

// Every row of the IANA special-purpose registries: its first and last address, and their neighbours where those are
// public.
TEST_CASE("addresses: what is in a special-purpose registry is not public, what is beside it is") {
    struct Row {
        std::string_view network, first, last, before, after;  // before, after: public neighbours; "": none
    };
    const Row rows[] = {
        {"0.0.0.0/8", "0.0.0.0", "0.255.255.255", "", "1.0.0.0"},
        {"10.0.0.0/8", "10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"},
        {"100.64.0.0/10", "100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0"},
        {"127.0.0.0/8", "127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0"},
        {"169.254.0.0/16", "169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0"},
        {"172.16.0.0/12", "172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0"},
        {"192.0.0.0/24", "192.0.0.0", "192.0.0.255", "191.255.255.255", "192.0.1.0"},
        {"192.0.2.0/24", "192.0.2.0", "192.0.2.255", "192.0.1.255", "192.0.3.0"},
        {"192.31.196.0/24", "192.31.196.0", "192.31.196.255", "192.31.195.255", "192.31.197.0"},
        {"192.52.193.0/24", "192.52.193.0", "192.52.193.255", "192.52.192.255", "192.52.194.0"},
        {"192.88.99.0/24", "192.88.99.0", "192.88.99.255", "192.88.98.255", "192.88.100.0"},
        {"192.168.0.0/16", "192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0"},
        {"192.175.48.0/24", "192.175.48.0", "192.175.48.255", "192.175.47.255", "192.175.49.0"},
        {"198.18.0.0/15", "198.18.0.0", "198.19.255.255", "198.17.255.255", "198.20.0.0"},
        {"198.51.100.0/24", "198.51.100.0", "198.51.100.255", "198.51.99.255", "198.51.101.0"},
        {"203.0.113.0/24", "203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0"},
        {"240.0.0.0/4", "240.0.0.0", "255.255.255.255", "", ""},
        {"255.255.255.255/32", "255.255.255.255", "255.255.255.255", "", ""},
        {"::/128", "::", "::", "", ""},
        {"::1/128", "::1", "::1", "", ""},
        {"::/96", "::", "::ffff:ffff", "", ""},
        {"::ffff:0:0/96", "::ffff:0.0.0.0", "::ffff:255.255.255.255", "", ""},
        {"64:ff9b::/96", "64:ff9b::", "64:ff9b::255.255.255.255", "", ""},
        {"64:ff9b:1::/48", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "", ""},
        {"100::/64", "100::", "100::ffff:ffff:ffff:ffff", "", ""},
        {"100:0:0:1::/64", "100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", "", ""},
        {"2001::/23", "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2000:ffff:ffff::1", "2001:200::"},
        {"2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db7:ffff::1", "2001:db9::"},
        {"2002::/16", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:ffff:ffff::1", "2003::"},
        {"2620:4f:8000::/48", "2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", "2620:4f:7fff::1",
         "2620:4f:8001::"},
        {"3fff::/20", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3ffe:ffff:ffff::1", "3fff:1000::"},
        {"5f00::/16", "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", ""},
        {"fc00::/7", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", ""},
        {"fe80::/10", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", ""},
        {"fec0::/10", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.network);
        CHECK_FALSE(isPublic(address(row.first)));
        CHECK_FALSE(isPublic(address(row.last)));
        for (const auto beside : {row.before, row.after})
            if (!beside.empty()) CHECK(isPublic(address(beside)));
    }
    REQUIRE(specialNetworks().size() == std::size(rows));  // a new row of the table is a new row here
    for (std::size_t i = 0; i < std::size(rows); ++i) CHECK(specialNetworks()[i].network == rows[i].network);
}

TEST_CASE("addresses: IPv4 hidden in IPv6, multicast and what is no unicast are not public") {
    for (const auto* hidden :
         {"2002:7f00:1::1", "2002:a9fe:a9fe::", "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8",
          "64:ff9b::127.0.0.1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1", "2001:20::1", "2001:2::1",
          "fe80::1", "224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1", "1000::1", "4000::1", "8000::1"})
        CHECK_FALSE(isPublic(address(hidden)));
    for (const auto* known : {"8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001::200e", "223.255.255.255"})
        CHECK(isPublic(address(known)));
}
