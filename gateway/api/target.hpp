// What a request is aimed at: path and query, the same in a request line and in a command on the stream. Source: RFC
// 3986 §2.1, §3.4. Thread: any.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "model/fault.hpp"

namespace deskline::api {

// Percent-decoding of a path segment or a query value (RFC 3986 §2.1); false on a broken escape, and where UTF-8 is
// broken.
bool percentDecode(std::string_view text, std::string& out);
// Path and query of a request's target, or of a command's path on the stream; false where it is broken, which
// `brokenTarget` says.
bool parseTarget(std::string_view target, std::string& path, std::map<std::string, std::string>& query);
Fault brokenTarget();

}  // namespace deskline::api
