#include "identity/origin.hpp"

#include <algorithm>
#include <boost/asio/ip/address_v6.hpp>

#include "model/number.hpp"
#include "model/text.hpp"

namespace deskline::identity {
namespace {

bool isLetter(char c) { return c >= 'a' && c <= 'z'; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }

bool isScheme(std::string_view text) {
    return !text.empty() && isLetter(text[0]) && std::ranges::all_of(text, [](char c) {
        return isLetter(c) || isDigit(c) || c == '+' || c == '-' || c == '.';
    });
}

// A name or an IPv4 address; browsers turn names of other scripts into ASCII (punycode).
bool isName(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return isLetter(c) || isDigit(c) || c == '-' || c == '.' || c == '_';
    });
}

bool isAddress(std::string_view text) {
    if (text.size() < 4 || !text.starts_with('[') || !text.ends_with(']') || text.find('%') != std::string_view::npos)
        return false;
    boost::system::error_code error;
    boost::asio::ip::make_address_v6(std::string(text.substr(1, text.size() - 2)), error);
    return !error;
}

bool isPort(std::string_view text) { return !text.starts_with('0') && numberIn<int>(text, 1, 65'535); }

}  // namespace

std::optional<std::string> parseOrigin(std::string_view text) {
    if (text.size() > longestName) return std::nullopt;
    std::string origin(text);
    for (char& c : origin)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const auto colon = origin.find("://");
    if (colon == std::string::npos || !isScheme(std::string_view(origin).substr(0, colon))) return std::nullopt;
    const auto authority = std::string_view(origin).substr(colon + 3);
    const auto hostEnd =
        authority.starts_with('[') ? authority.find(']') + 1 : std::min(authority.find(':'), authority.size());
    const auto host = authority.substr(0, hostEnd), rest = authority.substr(host.size());
    if (!isName(host) && !isAddress(host)) return std::nullopt;
    if (rest.empty()) return origin;
    if (rest[0] != ':' || !isPort(rest.substr(1))) return std::nullopt;
    const bool own = (origin.starts_with("https:") && rest == ":443") || (origin.starts_with("http:") && rest == ":80");
    if (own) origin.resize(origin.size() - rest.size());
    return origin;
}

}  // namespace deskline::identity
