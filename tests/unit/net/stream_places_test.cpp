#include <catch2/catch.hpp>

#include <stdexcept>
#include <vector>

#include "net/http/stream_places.hpp"

using namespace deskline::net;

TEST_CASE("stream places: one account has so many, the others have theirs, and what ends gives its place back") {
    StreamPlaces places(3);
    std::vector<StreamPlaces::Place> held;
    for (int i = 0; i < 3; ++i) held.push_back(*places.take("ada"));
    CHECK_FALSE(places.take("ada"));
    CHECK_FALSE(places.take("ada"));  // a refusal is not counted
    CHECK(places.take("bob"));        // given back at once
    held.pop_back();
    CHECK(places.take("ada"));
    held.clear();
    CHECK(places.accounts() == 0);
}

TEST_CASE("stream places: a place that goes from one holder to the next, or becomes another account's, is counted once") {
    StreamPlaces places(1);
    {
        auto first = places.take("ada");
        auto held = std::move(first);
        first.reset();
        CHECK_FALSE(places.take("ada"));
        CHECK(held->account() == "ada");
        held = places.take("bob");
        CHECK(held->account() == "bob");
        CHECK(places.take("ada"));
        CHECK_FALSE(places.take("bob"));
    }
    CHECK(places.accounts() == 0);
    const auto fails = [&] {
        const auto place = places.take("ada");
        throw std::runtime_error("no memory");
    };
    CHECK_THROWS(fails());
    CHECK(places.take("ada"));
}

TEST_CASE("stream places: 0 is no bound") {
    StreamPlaces places;
    std::vector<StreamPlaces::Place> held;
    for (int i = 0; i < 1'000; ++i) held.push_back(*places.take("ada"));
    CHECK(places.accounts() == 1);
}
