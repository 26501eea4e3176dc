// The origin of a web page, as a browser's Origin field has it. Source: RFC 6454 §4, §6.2; RFC 3986 §3.1, §3.2.2.
// Thread: any.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace deskline::identity {

// scheme://host[:port] and nothing else, at most 255 bytes, in the form that browsers send: lower case, without the
// scheme's own port. Nothing for what is none: a path, a user, a port that there is not, "null" (which any sandboxed
// page is).
std::optional<std::string> parseOrigin(std::string_view text);

}  // namespace deskline::identity
