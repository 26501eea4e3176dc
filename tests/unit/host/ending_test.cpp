#include <catch2/catch.hpp>

#include <future>

#include "host/ending.hpp"
#include "unit/waiting.hpp"

using namespace deskline;
using namespace std::chrono_literals;
using tests::patience;

TEST_CASE("ending: what does not return is left behind after its time, or at once when there is no time") {
    std::promise<void> release;
    const auto stuck = [released = release.get_future().share()] { released.wait(); };
    CHECK(host::within(
        patience, [] {}, [] { return false; }));
    CHECK_FALSE(host::within(30ms, stuck, [] { return false; }));
    CHECK_FALSE(host::within(1h, stuck, [] { return true; }));
    release.set_value();
}
