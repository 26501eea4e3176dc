#include <catch2/catch.hpp>

#include "net/streaming/frame_meter.hpp"

using namespace deskline;
using namespace deskline::net;
using namespace std::string_literals;

namespace {

std::string frame(int first, std::size_t length) {
    std::string out(1, static_cast<char>(first));
    if (length < 126) {
        out += static_cast<char>(0x80 | length);
    } else if (length < 65'536) {
        out += static_cast<char>(0x80 | 126);
        out += static_cast<char>(length >> 8);
        out += static_cast<char>(length);
    } else {
        out += static_cast<char>(0x80 | 127);
        for (int shift = 56; shift >= 0; shift -= 8)
            out += static_cast<char>(static_cast<std::uint64_t>(length) >> shift);
    }
    return out + "mask" + std::string(length, 'x');
}

// How many frames the meter takes before it refuses; each comes in pieces of `piece` bytes.
int taken(const std::string& one, std::size_t piece = SIZE_MAX) {
    FrameMeter meter;
    const auto time = FrameMeter::Clock::now();
    for (int count = 0; count < 10'000; ++count)
        for (std::size_t at = 0; at < one.size(); at += std::min(piece, one.size() - at))
            if (!meter.take(std::string_view(one).substr(at, piece), time)) return count;
    return -1;
}

}  // namespace

TEST_CASE("frames: every one counts, whatever it is, and in whatever pieces it comes") {
    for (const auto& one :
         {frame(0x81, 0), frame(0x81, 10), frame(0x01, 0), frame(0x00, 1), frame(0x89, 0), frame(0x8a, 125),
          frame(0x88, 2), frame(0x82, 126), frame(0x81, 65'535), frame(0x81, 65'536), frame(0xc1, 300), "\x81\x00"s})
        CHECK(taken(one) == 100);
    for (const auto& one : {frame(0x81, 10), frame(0x01, 0), frame(0x89, 90)})
        for (const std::size_t piece : {1, 2, 3, 7}) CHECK(taken(one, piece) == 100);
    CHECK(taken(frame(0x81, 50) + frame(0x89, 0)) == 50);
    CHECK(taken(frame(0x81, 60'000), 1) == 0);  // ten thousand records for a part of one message
}

TEST_CASE("frames: twenty a second are fine for ever") {
    FrameMeter meter;
    auto time = FrameMeter::Clock::now();
    for (int i = 0; i < 10'000; ++i) REQUIRE(meter.take(frame(0x81, 100), time += std::chrono::milliseconds(50)));
    int atOnce = 0;
    while (meter.take(frame(0x81, 100), time) && atOnce < 200) ++atOnce;
    CHECK(atOnce >= 98);
    CHECK(atOnce <= 100);
}

TEST_CASE("frames: a message that has begun is waited for 15 seconds, pings between its parts or not") {
    using std::chrono::seconds;
    const auto start = FrameMeter::Clock::now();
    const auto lateAfter = [&](const std::vector<std::string>& pieces) {
        FrameMeter meter;
        for (std::size_t i = 0; i < pieces.size(); ++i) REQUIRE(meter.take(pieces[i], start + seconds(i)));
        CHECK_FALSE(meter.late(start + seconds(15)));
        return meter.late(start + seconds(16));
    };
    CHECK_FALSE(lateAfter({}));
    CHECK_FALSE(lateAfter({frame(0x81, 10)}));
    CHECK_FALSE(lateAfter({frame(0x89, 0)}));
    CHECK_FALSE(lateAfter({frame(0x01, 10), frame(0x00, 10), frame(0x89, 5), frame(0x80, 0)}));
    CHECK(lateAfter({"\x81"}));
    CHECK(lateAfter({frame(0x81, 10).substr(0, 8)}));
    CHECK(lateAfter({frame(0x01, 10)}));
    CHECK(lateAfter({frame(0x01, 10), frame(0x89, 0), frame(0x00, 3), frame(0x8a, 0)}));
    CHECK(lateAfter({frame(0x89, 10).substr(0, 8)}));
}
