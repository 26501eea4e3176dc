#include <catch2/catch.hpp>

#include "net/streaming/pace.hpp"

using namespace deskline::net;
using namespace std::chrono_literals;

TEST_CASE("pace: the first at once, each other one a second after the one before, however often it is asked for") {
    Pace pace(1s);
    auto time = Pace::Clock::time_point() + 1h;
    CHECK(pace.in(time) == 0s);
    pace.began(time);
    CHECK(pace.in(time) == 1s);
    CHECK(pace.in(time + 300ms) == 700ms);
    CHECK(pace.in(time + 1s) == 0s);
    int begun = 0;
    for (int asked = 0; asked < 10'000; ++asked, time += 1ms)
        if (pace.in(time) == 0s) {
            pace.began(time);
            ++begun;
        }
    CHECK(begun == 9);  // one was a moment before
}
