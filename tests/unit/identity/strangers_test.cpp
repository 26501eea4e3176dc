// Audit entries that strangers can cause.
#include <catch2/catch.hpp>

#include "identity/strangers.hpp"

using deskline::identity::Shown;
using deskline::identity::Strangers;

TEST_CASE("strangers cause so many entries a minute, from one address and in all, of each thing that they show") {
    Strangers strangers;
    auto time = Strangers::Clock::now();
    const auto written = [&](const std::string& from, int tries, Shown what = Shown::nothing) {
        int count = 0;
        for (int i = 0; i < tries; ++i) count += strangers.mayBeWritten(what, from, time);
        return count;
    };
    CHECK(written("a", 1000) == Strangers::ofAddress);
    CHECK(written("b", 1) == 1);
    int all = Strangers::ofAddress + 1;
    for (int i = 0; i < 10'000; ++i) all += written(std::to_string(i), 1);
    CHECK(all == Strangers::inAll);
    CHECK(written("a", 1000, Shown::token) == Strangers::ofAddress);
    time += std::chrono::minutes(1);
    CHECK(written("a", 1000) == Strangers::ofAddress);
}
