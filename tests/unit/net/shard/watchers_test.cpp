#include <catch2/catch.hpp>

#include "net/shard/watchers.hpp"

using namespace deskline;
using namespace deskline::net;

TEST_CASE("watchers: the last that is told is true, though somebody comes while it is told that nobody is left") {
    Watchers watchers;
    std::vector<bool> heard;
    int again = 0;
    watchers.onChange([&](bool watched) {
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
