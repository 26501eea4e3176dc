#include <catch2/catch.hpp>

#include "net/transport/seldom.hpp"

using namespace deskline;
using namespace std::chrono_literals;

TEST_CASE("log: of many lines alike the first is said at once, then how many, at most every ten seconds") {
    net::Seldom seldom;
    const auto time = net::Seldom::Clock::now();
    CHECK(seldom.happened(time) == 1);
    for (int i = 0; i < 1000; ++i) CHECK(seldom.happened(time + 9s) == 0);
    CHECK(seldom.happened(time + 10s) == 1001);
    CHECK(seldom.happened(time + 19s) == 0);
    CHECK(seldom.happened(time + 60s) == 2);
}
