#include "net/streaming/server_sent_event.hpp"

#include <fmt/format.h>

namespace deskline::net {

std::string chunk(std::string_view text) { return fmt::format("{:x}\r\n{}\r\n", text.size(), text); }

std::string eventChunk(std::string_view event, std::string_view id, std::string_view data) {
    std::string text;
    text.reserve(event.size() + id.size() + data.size() + 24);
    if (!id.empty()) text.append("id: ").append(id).append("\n");
    text.append("event: ").append(event).append("\ndata: ").append(data).append("\n\n");
    return chunk(text);
}

}  // namespace deskline::net
