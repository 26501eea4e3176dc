// The origin of a web page, as a browser's Origin field has it. Source: RFC 6454 §4, §6.2; RFC 3986 §3.1, §3.2.2.
// Thread: any.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace deskline::identity {

// The origin scheme://host[:port], at most 255 bytes, in the form that browsers send: lower case, without the scheme's
// own port. Absent: the text is no origin, since it has a path, a user or an impossible port, or is "null" (which every
// sandboxed page sends).
std::optional<std::string> parseOrigin(std::string_view text);

}  // namespace deskline::identity
