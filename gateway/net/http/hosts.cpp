#include "net/http/hosts.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <string>

#include "model/number.hpp"
#include "model/text.hpp"

namespace deskline::net {
namespace {

constexpr std::size_t longestName = 255;

bool isPort(std::string_view text) { return text.empty() || (text.size() <= 5 && numberIn<int>(text, 0, 65'535)); }

}  // namespace

bool isHost(std::string_view text) {
    const auto [host, port] = hostAndPort(text);
    if (!isPort(port)) return false;
    if (text.starts_with('[')) {
        boost::system::error_code error;
        const auto address = boost::asio::ip::make_address_v6(std::string(host), error);
        const auto close = text.find(']');
        return !error && address.scope_id() == 0 && close != std::string_view::npos &&
               (close + 1 == text.size() || text[close + 1] == ':');
    }
    return !host.empty() && host.size() <= longestName && std::ranges::all_of(host, [](unsigned char c) {
        return std::isalnum(c) || c == '-' || c == '.' || c == '_';
    });
}

std::pair<std::string_view, std::string_view> hostAndPort(std::string_view text) {
    if (text.starts_with('[')) {
        const auto close = std::min(text.find(']'), text.size());
        const auto after = text.substr(std::min(close + 1, text.size()));
        return {text.substr(1, close - 1), after.starts_with(':') ? after.substr(1) : std::string_view()};
    }
    const auto colon = std::min(text.find(':'), text.size());
    return {text.substr(0, colon), text.substr(std::min(colon + 1, text.size()))};
}

}  // namespace deskline::net
