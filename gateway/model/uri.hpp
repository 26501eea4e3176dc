// URIs as they come from outside: configured, asked for, or in a redirect. The parser of Boost 1.81 asserts where a
// path holds what no path has
// ("p:[", "htr:\xc1"), so that never comes to it: of http(s) URIs all characters that RFC 3986 (§2, §3.2.2) has where
// they are. What is told refers into `text`. Thread: any.
#pragma once
#include <boost/url.hpp>
#include <string_view>

namespace deskline {

boost::urls::result<boost::urls::url_view> parseUri(std::string_view text);  // with a host: "https://crm.example/hook"
boost::urls::result<boost::urls::url_view> parseUriReference(
    std::string_view text);  // that, or what stands in for it in a redirect: "/other"

}  // namespace deskline
