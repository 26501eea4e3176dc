#include <catch2/catch.hpp>

#include "events/frame.hpp"
#include "net/shard/frame_encodings.hpp"

using namespace deskline;
using namespace deskline::net;

TEST_CASE("an event's bytes are made once for each encoding, as long as anybody has them") {
    FrameEncodings encodings;
    int made = 0;
    const auto make = [&] { return "made " + std::to_string(++made); };
    auto frame = events::makeFrame({.number = 1, .kind = Kind::queue}, "{}");
    auto first = encodings.of(Encoding::websocket, frame, make);
    CHECK(*first == "made 1");
    CHECK(encodings.of(Encoding::websocket, frame, make) == first);
    const auto other = events::makeFrame({.number = 2, .kind = Kind::queue}, "{}");
    auto second = encodings.of(Encoding::websocket, other, make);
    CHECK(*second == "made 2");
    CHECK(encodings.of(Encoding::websocket, frame, make) == first);  // even after another frame
    CHECK(*encodings.of(Encoding::event_stream, frame, make) == "made 3");
    second.reset();
    CHECK(*encodings.of(Encoding::websocket, other, make) == "made 4");
    const std::weak_ptr<const events::Frame> lives = frame;
    frame.reset();
    CHECK(lives.expired());  // queued bytes do not keep the text alive
    CHECK(*first == "made 1");
}

TEST_CASE("an event at the address of one that is gone gets bytes of its own") {
    FrameEncodings encodings;
    const int place = 0;  // of two owners, one after the other
    const auto at = [&] { return std::shared_ptr<const void>(&place, [](const void*) {}); };
    const auto first = encodings.of(Encoding::websocket, at(), [] { return std::string("first"); });
    CHECK(*first == "first");
    CHECK(*encodings.of(Encoding::websocket, at(), [] { return std::string("second"); }) == "second");
}

TEST_CASE("bytes that nobody has any more are forgotten, however many events there are") {
    FrameEncodings encodings;
    std::vector<Bytes> queued;
    for (std::uint64_t number = 1; number <= 10'000; ++number) {
        const auto frame = events::makeFrame({.number = number, .kind = Kind::queue}, "{}");
        auto bytes = encodings.of(Encoding::websocket, frame, [&] { return std::to_string(number); });
        CHECK(*bytes == std::to_string(number));
        if (number % 100 == 0) queued.push_back(std::move(bytes));
    }
    CHECK(encodings.size(Encoding::websocket) <= FrameEncodings::many);
    CHECK(*queued.front() == "100");
}
