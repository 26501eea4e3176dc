#include "net/streaming/frame_meter.hpp"

namespace deskline::net {
namespace {

constexpr unsigned char fin = 0x80, masked = 0x80, control = 0x08, lengthBits = 0x7f;
constexpr std::size_t maskBytes = 4;

}  // namespace

bool FrameMeter::take(std::string_view bytes, Clock::time_point time) {
    bool fine = records_.take(time);
    while (!bytes.empty() && fine) {
        if (!began_) began_ = time;
        if (inPayload_) {
            const auto part = std::min<std::uint64_t>(payload_, bytes.size());
            payload_ -= part;
            bytes.remove_prefix(static_cast<std::size_t>(part));
            if (payload_ == 0) ended();
            continue;
        }
        header_[have_++] = static_cast<unsigned char>(bytes[0]);
        bytes.remove_prefix(1);
        if (have_ == 2) {
            const auto length = header_[1] & lengthBits;
            needed_ = 2 +
                      (length == 126   ? 2U
                       : length == 127 ? 8U
                                       : 0U) +
                      ((header_[1] & masked) != 0 ? maskBytes : 0U);
        }
        if (have_ < needed_) continue;
        fine = frames_.take(time);
        header();
    }
    return fine;
}

void FrameMeter::header() {
    const auto length = header_[1] & lengthBits;
    payload_ = length < 126 ? length : 0U;
    if (length >= 126)
        for (std::size_t i = 2; i < (length == 126 ? 4U : 10U); ++i) payload_ = payload_ << 8 | header_[i];
    if ((header_[0] & control) == 0) open_ = (header_[0] & fin) == 0;
    inPayload_ = true;
    if (payload_ == 0) ended();
}

void FrameMeter::ended() {
    have_ = 0;
    needed_ = 2;
    inPayload_ = false;
    if (!open_) began_.reset();
}

}  // namespace deskline::net
