// What a WebSocket client sends, metered as it is read and before anything is done about it: every frame counts, also
// pings, empty ones and parts of a message, and so does every TLS record that brings some of them; a message that has
// begun must come to its end. Knows no more of a frame than its header. Source: RFC 6455 §5.2, §5.4. Thread: the
// shard's.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/token_bucket.hpp"

namespace deskline::net {

class FrameMeter {
public:
    using Clock = TokenBucket::Clock;
    static constexpr double framesPerSecond = 20, framesAtOnce = 100;  // as asyncapi.yaml says
    // recordsAtOnce: a message of 64 KiB in records of a segment each, 20 times a second.
    static constexpr double recordsPerSecond = 2'000, recordsAtOnce = 10'000;
    static constexpr auto messagePatience = std::chrono::seconds(15);

    // The next bytes, as one TLS record brought them. False: too many frames or records.
    bool take(std::string_view bytes, Clock::time_point time = Clock::now());
    // A message or a frame began so long ago that its end will not be waited for.
    bool late(Clock::time_point time = Clock::now()) const { return began_ && time - *began_ > messagePatience; }

private:
    void header();
    void ended();

    TokenBucket frames_{framesAtOnce, framesPerSecond, Clock::now()};
    TokenBucket records_{recordsAtOnce, recordsPerSecond, Clock::now()};
    std::array<unsigned char, 14> header_{};
    std::size_t have_ = 0, needed_ = 2;  // bytes of the header
    std::uint64_t payload_ = 0;          // bytes of it that are still to come
    bool inPayload_ = false, open_ = false;
    std::optional<Clock::time_point> began_;
};

}  // namespace deskline::net
