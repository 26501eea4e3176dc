// Server-sent events, each as one chunk of an HTTP body. Source: WHATWG HTML §9.2, RFC 9112 §7.1. Thread: any.
#pragma once
#include <string>
#include <string_view>

namespace deskline::net {

// `id` "": none, so that a resuming client does not ask for it. `data` has no line breaks, as JSON text has none.
std::string eventChunk(std::string_view event, std::string_view id, std::string_view data);
std::string chunk(std::string_view text);  // any text as one chunk

}  // namespace deskline::net
