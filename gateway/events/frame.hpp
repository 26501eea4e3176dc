// One event, written once: the CloudEvent as JSON text, shared by everybody who gets it. How it goes out is each
// transport's. Immutable after `makeFrame`. Thread: any. Source: CloudEvents 1.0.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "model/visibility.hpp"

namespace deskline::events {

// The place of an event in a gateway's one order: "<epoch>-<number>".
struct Cursor {
    std::string epoch;
    std::uint64_t number = 0;

    std::string text() const { return epoch + "-" + std::to_string(number); }
    static bool parse(std::string_view text, Cursor& out);
};

enum class Delivery { lossless, latest, ephemeral };  // telephony; volumes, mute, defaults; meters

struct Frame {
    std::uint64_t number = 0;  // 0: ephemeral, not in the journal
    Delivery delivery = Delivery::lossless;
    std::int64_t time = 0;  // milliseconds since 1970
    Kind kind{};
    std::string subject;  // "/sessions/…"; latest-wins events of one subject and change replace each other
    Ownership ownership;  // decides who sees it
    std::string text;     // the CloudEvent

    std::string_view type() const { return typeOf(kind); }  // "deskline.agent-session"
    std::string_view cursor() const;  // the event's id; "" where it is ephemeral: nobody resumes from it
};
using FramePtr = std::shared_ptr<const Frame>;

FramePtr makeFrame(Frame meta, std::string_view cloudEvent);

}  // namespace deskline::events
