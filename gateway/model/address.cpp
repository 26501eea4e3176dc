#include "model/address.hpp"

#include <algorithm>

#include "model/number.hpp"
#include "model/text.hpp"

namespace deskline {
namespace {

namespace ip = boost::asio::ip;
constexpr std::size_t longestAddress = 45;  // "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255"

ip::address plain(const ip::address& address) {
    if (!address.is_v6()) return address;
    if (address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return ip::address_v6(address.to_v6().to_bytes());  // without a zone
}

bool isPort(std::string_view text) { return text.size() <= 5 && isDigits(text); }

// Four numbers in decimal. Windows would take inet_aton's spellings too ("127.1", "0x7f.1"), which are no address
// anywhere else.
bool isDotted(std::string_view text) {
    int dots = 0, digits = 0;
    for (const char c : text) {
        const bool dot = c == '.';
        if ((!dot && !isDigit(c)) || (dot && digits == 0)) return false;
        digits = dot ? 0 : digits + 1;
        dots += dot ? 1 : 0;
        if (digits > 3) return false;
    }
    return dots == 3 && digits > 0;
}

}  // namespace

std::optional<ip::address> addressIn(std::string_view text) {
    if (text.size() > longestAddress || text.find('%') != std::string_view::npos) return std::nullopt;
    if (text.find(':') == std::string_view::npos && !isDotted(text)) return std::nullopt;
    boost::system::error_code error;
    const auto address = ip::make_address(std::string(text), error);
    return error ? std::nullopt : std::optional(plain(address));
}

std::string addressKey(const ip::address& address) {
    const auto is = plain(address);
    if (is.is_v4()) return is.to_string();
    auto bytes = is.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), 0);
    return ip::address_v6(bytes).to_string() + "/64";
}

std::string addressKey(std::string_view address) {
    const auto is = addressIn(address);
    return is ? addressKey(*is) : std::string(address);
}

std::optional<ip::address> forwardedAddress(std::string_view node) {
    if (node.size() >= 2 && node.front() == '"' && node.back() == '"') node = node.substr(1, node.size() - 2);
    if (node.starts_with('[')) {
        const auto close = node.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        const auto after = node.substr(close + 1);
        const auto address = addressIn(node.substr(1, close - 1));
        const bool bare = after.empty() || (after.starts_with(':') && isPort(after.substr(1)));
        return bare && node.substr(1, close - 1).find(':') != std::string_view::npos ? address : std::nullopt;
    }
    if (const auto colon = node.find(':');
        colon != std::string_view::npos && node.rfind(':') == colon && isPort(node.substr(colon + 1))) {
        const auto address = addressIn(node.substr(0, colon));
        return address && address->is_v4() ? address : std::nullopt;
    }
    return addressIn(node);
}

Result<ListenAddress> listenAddress(const std::string& text) {
    const auto wrong = [](const std::string& why) {
        const std::string wanted = "must be an IP address and a port such as \"127.0.0.1:8443\" or \"[::1]:8443\"; ";
        return Fault{"configuration", wanted + why};
    };
    const auto colon = text.rfind(':');
    if (colon == std::string::npos) return wrong("'" + text + "' has no port");
    const auto port = numberIn<unsigned short>(text.substr(colon + 1));
    if (!port) return wrong("a port is a number from 0 to 65535, '" + text.substr(colon + 1) + "' is none");
    auto host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    boost::system::error_code error;
    const auto address = ip::make_address(host, error);
    if (error) return wrong("'" + host + "' is no IP address");
    return ListenAddress{address, *port};
}

}  // namespace deskline
