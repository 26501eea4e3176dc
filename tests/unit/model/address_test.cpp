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
