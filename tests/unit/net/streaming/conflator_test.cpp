#include <catch2/catch.hpp>

#include "net/streaming/conflator.hpp"

using namespace deskline;
using namespace deskline::net;
using namespace std::chrono_literals;

namespace {

events::FramePtr volume(std::uint64_t number, const std::string& object) {
    return events::makeFrame({.number = number,
                              .delivery = events::Delivery::latest,
                              .kind = Kind::audio_session,
                              .subject = "/audio/sessions/" + object},
                             "{}");
}
const auto start = Conflator::Clock::time_point() + 1h;

}  // namespace

TEST_CASE("conflation: of each object one event in an interval, and the last value always arrives") {
    std::atomic<std::uint64_t> merged{0};
    Conflator conflator(merged);
    conflator.setInterval(50ms);
    std::vector<std::uint64_t> sent;
    std::uint64_t number = 0;
    for (auto time = start; time < start + 1s; time += 1ms) {
        const auto frame = volume(++number, "one");
        if (const auto held = conflator.takeDue(time)) sent.push_back(held->number);
        if (conflator.passes(frame, time, !conflator.holds())) sent.push_back(frame->number);
    }
    CHECK(sent.front() == 1);  // at once
    CHECK(sent.size() == 20);
    CHECK(std::ranges::is_sorted(sent));
    CHECK(conflator.holds());
    CHECK_FALSE(conflator.takeDue(start + 1s - 1ms));  // not before its time
    const auto last = conflator.takeDue(start + 2s);
    REQUIRE(last);
    CHECK(last->number == number);
    CHECK_FALSE(conflator.holds());
    CHECK_FALSE(conflator.takeDue(start + 3s));
}

TEST_CASE("conflation: while something waits before it, an event is held though it is due") {
    std::atomic<std::uint64_t> merged{0};
    Conflator conflator(merged);
    conflator.setInterval(50ms);
    CHECK_FALSE(conflator.passes(volume(1, "one"), start, false));
    CHECK_FALSE(conflator.passes(volume(2, "one"), start, false));
    CHECK(conflator.takeDue(start)->number == 2);
    CHECK_FALSE(conflator.passes(volume(3, "one"), start + 49ms, true));
    CHECK(conflator.passes(volume(4, "two"), start + 49ms, true));  // another object
}

TEST_CASE("conflation: what is held goes in the order of the numbers, and one that is not due holds back the others") {
    std::atomic<std::uint64_t> merged{0};
    Conflator conflator(merged);
    conflator.setInterval(50ms);
    CHECK(conflator.passes(volume(1, "b"), start + 40ms, true));
    CHECK_FALSE(conflator.passes(volume(2, "b"), start + 45ms, true));  // due at 90 ms
    CHECK_FALSE(conflator.passes(volume(3, "a"), start + 45ms, false));
    CHECK_FALSE(conflator.takeDue(start + 60ms));  // 3 is due, and comes after 2
    CHECK(conflator.takeDue(start + 90ms)->number == 2);
    CHECK(conflator.takeDue(start + 90ms)->number == 3);
    for (const auto number : {9, 7, 8})
        CHECK_FALSE(conflator.passes(volume(number, std::to_string(number)), start, false));
    std::vector<std::uint64_t> all;
    for (const auto& frame : conflator.takeAll(start)) all.push_back(frame->number);
    CHECK(all == std::vector<std::uint64_t>{7, 8, 9});
    CHECK_FALSE(conflator.holds());
    CHECK_FALSE(conflator.passes(volume(10, "7"), start + 49ms, true));  // it went at the start
    conflator.clear();
    CHECK(conflator.passes(volume(11, "7"), start + 49ms, true));
}

TEST_CASE("conflation: objects that came and went leave no slot behind, and what is held stays") {
    std::atomic<std::uint64_t> merged{0};
    Conflator conflator(merged);
    conflator.setInterval(1s);
    CHECK_FALSE(conflator.passes(volume(7, "held"), start, false));
    for (int i = 0; i < 100'000; ++i)
        CHECK(conflator.passes(volume(8, std::to_string(i)), start + std::chrono::seconds(i), true));
    CHECK(conflator.size() <= Conflator::many);
    const auto held = conflator.takeDue(start);
    REQUIRE(held);
    CHECK(held->number == 7);
}

TEST_CASE("conflation: each event that a later one of its object replaced is counted, and no other") {
    std::atomic<std::uint64_t> merged{0};
    Conflator conflator(merged);
    conflator.setInterval(50ms);
    CHECK(conflator.passes(volume(1, "one"), start, true));
    CHECK_FALSE(conflator.passes(volume(2, "one"), start, true));  // held: nothing was before it
    CHECK_FALSE(conflator.passes(volume(3, "two"), start, false));
    CHECK(merged == 0);
    CHECK_FALSE(conflator.passes(volume(4, "one"), start, true));
    CHECK_FALSE(conflator.passes(volume(5, "one"), start, true));
    CHECK(merged == 2);
    CHECK(conflator.takeAll(start).size() == 2);
    CHECK_FALSE(conflator.passes(volume(6, "one"), start, true));
    CHECK(merged == 2);
}
