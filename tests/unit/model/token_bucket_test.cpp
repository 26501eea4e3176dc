#include <catch2/catch.hpp>

#include "model/token_bucket.hpp"

using namespace deskline;
using namespace std::chrono_literals;

namespace {

const auto start = TokenBucket::Clock::time_point() + 1h;

}  // namespace

TEST_CASE("a token bucket: so many at once, then each a second after the one before, however often it is asked for") {
    for (const int atOnce : {1, 4}) {
        TokenBucket bucket(atOnce, 1, start);
        auto time = start;
        for (int i = 0; i < atOnce; ++i) {
            CHECK(bucket.wait(time) == 0s);
            CHECK(bucket.take(time));
        }
        CHECK_FALSE(bucket.take(time));
        CHECK(bucket.wait(time) == 1s);
        CHECK(bucket.wait(time + 300ms) == 700ms);
        CHECK(bucket.wait(time + 1s) == 0s);
        int begun = 0;
        for (const auto end = time + 10s; time < end; time += 1ms)
            if (bucket.wait(time) == 0s) {
                bucket.takeInAdvance(time);
                ++begun;
            }
        CHECK(begun == 9);  // at the seconds from the first to the ninth
        time += 1h;
        for (begun = 0; bucket.wait(time) == 0s; ++begun) bucket.takeInAdvance(time);
        CHECK(begun == atOnce);  // a pause makes room for so many, not for more
    }
}

TEST_CASE("a token bucket: what is taken in advance, those who come later wait for; what is refused costs nothing") {
    TokenBucket bucket(2, 0.5, start);
    for (int i = 0; i < 4; ++i) bucket.takeInAdvance(start);
    CHECK(bucket.wait(start) == 6s);
    for (int i = 0; i < 100; ++i) CHECK_FALSE(bucket.take(start + 5s));
    CHECK(bucket.take(start + 6s));
    CHECK_FALSE(bucket.take(start + 6s));
}

TEST_CASE("a token bucket: how much is in it, when it is full again, and that time never runs back") {
    TokenBucket bucket(10, 2, start);
    CHECK(bucket.full(start));
    for (int i = 0; i < 4; ++i) CHECK(bucket.take(start));
    CHECK(bucket.tokens(start + 500ms) == 7);
    CHECK(bucket.wait(start, bucket.capacity()) == 2s);
    CHECK_FALSE(bucket.full(start + 1999ms));
    CHECK(bucket.full(start + 2s));
    CHECK(bucket.tokens(start + 1h) == 10);
    CHECK(bucket.take(start - 1h));
    CHECK(bucket.tokens(start) == 5);
    CHECK(bucket.tokens(start + 500ms) == 6);
}
