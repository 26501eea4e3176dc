#include "net/streaming/websocket_frame.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "model/text.hpp"

namespace deskline::net {
namespace {

constexpr std::size_t longestReason = 123;  // bytes of a close frame's text

std::size_t frameHeaderBytes(std::size_t length) { return length < 126 ? 2 : length <= 0xffff ? 4 : 10; }

void appendHeader(std::string& out, std::size_t length, bool compressed) {
    out += static_cast<char>(compressed ? 0xc1 : 0x81);  // FIN, text; RSV1: compressed
    if (length < 126) {
        out += static_cast<char>(length);
    } else if (length <= 0xffff) {
        out += static_cast<char>(126);
        out += static_cast<char>(length >> 8);
        out += static_cast<char>(length);
    } else {
        out += static_cast<char>(127);
        for (int shift = 56; shift >= 0; shift -= 8)
            out += static_cast<char>(static_cast<std::uint64_t>(length) >> shift);
    }
}

}  // namespace

std::string textFrame(std::string_view text, bool compressed) {
    std::string frame;
    frame.reserve(textFrameBytes(text.size()));
    appendHeader(frame, text.size(), compressed);
    frame += text;
    return frame;
}

std::size_t textFrameBytes(std::size_t textBytes) { return frameHeaderBytes(textBytes) + textBytes; }

std::string closeFrame(CloseCode code, std::string_view reason, int retryMilliseconds) {
    const auto say = [&](std::size_t most) {  // cut before it is JSON, which would not survive it
        boost::json::object why{{"reason", printable(reason, most)}};
        if (retryMilliseconds > 0) why["retry"] = retryMilliseconds;
        return boost::json::serialize(why);
    };
    auto most = longestReason;
    auto text = say(most);
    while (text.size() > longestReason) {
        most -= std::min(most, (text.size() - longestReason + 1) / 2);  // JSON needs at most two bytes for one of these
        text = say(most);
    }
    const auto number = static_cast<std::uint16_t>(code);
    std::string frame("\x88", 1);
    frame += static_cast<char>(text.size() + 2);
    frame += static_cast<char>(number >> 8);
    frame += static_cast<char>(number & 255);
    return frame + text;
}

}  // namespace deskline::net
