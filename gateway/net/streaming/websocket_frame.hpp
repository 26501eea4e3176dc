// WebSocket frames as a server sends them: whole and unmasked. Source: RFC 6455 §5.2, §5.5.1, RFC 7692 §6. Thread:
// any.
#pragma once
#include <string>
#include <string_view>

#include "net/streaming/close_code.hpp"

namespace deskline::net {

// A text as one frame; `compressed`: it is the payload of permessage-deflate.
std::string textFrame(std::string_view text, bool compressed = false);
std::size_t textFrameBytes(std::size_t textBytes);  // how long such a frame is

// A close frame whose reason is JSON: {"reason":"too-slow","retry":2000}. At most 123 bytes of it, whole and in UTF-8
// whatever the reason.
std::string closeFrame(CloseCode code, std::string_view reason, int retryMilliseconds);

}  // namespace deskline::net
