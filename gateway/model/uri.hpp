// Parses URIs that come from outside: from the configuration, a request or a redirect. The parser of Boost 1.81 asserts
// on some characters that no path may have ("p:[", "htr:\xc1"). So only http and https URIs reach it, and only with
// characters that RFC 3986 (§2, §3.2.2) allows in their places. The result refers into `text`. Thread: any.
#pragma once
#include <boost/url.hpp>
#include <string_view>

namespace deskline {

boost::urls::result<boost::urls::url_view> parseUri(std::string_view text);  // with a host: "https://crm.example/hook"
// The same, or a relative reference as a redirect may have it: "/other".
boost::urls::result<boost::urls::url_view> parseUriReference(std::string_view text);

}  // namespace deskline
