#include <catch2/catch.hpp>

#include "net/streaming/conflated.hpp"

using namespace deskline;

TEST_CASE("objects that came and went leave no slot behind, and what is held stays") {
    net::Conflated conflated;
    const auto start = net::Conflated::Clock::now();
    const auto frame =
        events::makeFrame({.number = 7, .kind = Kind::audio_session, .subject = "/audio/sessions/held"}, "{}");
    conflated.of("/audio/sessions/held", start).held = frame;
    for (int i = 0; i < 100'000; ++i)
        conflated.of("/audio/sessions/" + std::to_string(i), start + std::chrono::seconds(i)).due =
            start + std::chrono::seconds(i + 1);
    CHECK(conflated.size() <= net::Conflated::many);
    REQUIRE(conflated.held().size() == 1);
    CHECK(conflated.held()[0]->held == frame);
}
