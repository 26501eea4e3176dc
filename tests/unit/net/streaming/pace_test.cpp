#include <catch2/catch.hpp>

#include "net/streaming/pace.hpp"

using namespace deskline::net;
using namespace std::chrono_literals;

TEST_CASE("pace: so many at once, then each a second after the one before, however often it is asked for") {
    for (const int atOnce : {1, 4}) {
        Pace pace(1s, atOnce);
        auto time = Pace::Clock::time_point() + 1h;
        for (int i = 0; i < atOnce; ++i) {
            CHECK(pace.in(time) == 0s);
            pace.began(time);
        }
        CHECK(pace.in(time) == 1s);
        CHECK(pace.in(time + 300ms) == 700ms);
        CHECK(pace.in(time + 1s) == 0s);
        int begun = 0;
        for (const auto end = time + 10s; time < end; time += 1ms)
            if (pace.in(time) == 0s) {
                pace.began(time);
                ++begun;
            }
        CHECK(begun == 9);  // at the seconds from the first to the ninth
        time += 1h;
        for (begun = 0; pace.in(time) == 0s; ++begun) pace.began(time);
        CHECK(begun == atOnce);  // a pause makes room for so many, not for more
    }
}
