#include "model/uri.hpp"

#include <algorithm>

namespace deskline {
namespace {

constexpr std::string_view hexDigits = "0123456789abcdefABCDEF";
constexpr std::string_view ofPaths =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/@!$&'()*+,;=%";

// `rest`: the URI without its scheme. Brackets are allowed around an IPv6 address, and in queries, which the parser
// judges.
bool isOfUri(std::string_view rest) {
    const auto begin = rest.starts_with("//") ? std::min(rest.find_first_of("/?#", 2), rest.size()) : 0;
    const auto end = std::min(rest.find_first_of("?#", begin), rest.size());
    const auto path = rest.substr(begin, end - begin);
    if (path.find_first_not_of(ofPaths) != std::string_view::npos) return false;
    if (rest.find_first_not_of(std::string(ofPaths) + "?#[]") != std::string_view::npos) return false;
    for (auto at = rest.find('%'); at != std::string_view::npos; at = rest.find('%', at + 1))
        if (const auto digits = rest.substr(at + 1, 2);
            digits.size() < 2 || digits.find_first_not_of(hexDigits) != std::string_view::npos)
            return false;
    return true;
}

}  // namespace

boost::urls::result<boost::urls::url_view> parseUri(std::string_view text) {
    const auto scheme = text.find(':');
    if (scheme == std::string_view::npos || !text.substr(scheme + 1).starts_with("//") ||
        !isOfUri(text.substr(scheme + 1)))
        return boost::urls::error::illegal_reserved_char;
    return boost::urls::parse_uri(text);
}

boost::urls::result<boost::urls::url_view> parseUriReference(std::string_view text) {
    if (const auto first = text.find_first_of(":/?#"); first != std::string_view::npos && text[first] == ':')
        return parseUri(text);
    if (!isOfUri(text)) return boost::urls::error::illegal_reserved_char;
    return boost::urls::parse_uri_reference(text);
}

}  // namespace deskline
