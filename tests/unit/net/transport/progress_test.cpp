#include <catch2/catch.hpp>

#include "net/transport/progress.hpp"

using deskline::net::Progress;

TEST_CASE("progress: what waits and does not leave between two looks is stuck") {
    Progress progress;
    CHECK_FALSE(progress.stuck(0, 100));
    CHECK_FALSE(progress.stuck(0, 100));   // nothing to do
    CHECK_FALSE(progress.stuck(50, 100));  // has begun to wait
    CHECK(progress.stuck(50, 100));
    CHECK(progress.stuck(80, 100));  // more has come, nothing has left
}

TEST_CASE("progress: who takes a little at a time, or has taken all and waits for something new, is not stuck") {
    Progress progress;
    CHECK_FALSE(progress.stuck(50, 100));
    CHECK_FALSE(progress.stuck(50, 101));
    CHECK_FALSE(progress.stuck(49, 102));
    CHECK_FALSE(progress.stuck(0, 151));
    CHECK_FALSE(progress.stuck(10, 151));
    CHECK_FALSE(progress.stuck(10, 161));  // other ten
    CHECK(progress.stuck(10, 161));
}
