// IP addresses: of clients, in the form by which everything counts them; and the one where the gateway listens. Thread:
// any.
#pragma once
#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "model/fault.hpp"

namespace deskline {

// The address that the text is, without a port, a zone or brackets. An IPv4-mapped IPv6 address (::ffff:192.0.2.7)
// becomes IPv4. Absent: it is no address.
std::optional<boost::asio::ip::address> addressIn(std::string_view text);

// What callers are counted by: the whole IPv4 address; of IPv6 the /64 network, since a host that has one of its
// addresses can use all of them (RFC 4291 §2.5.4).
std::string addressKey(const boost::asio::ip::address& address);
std::string addressKey(std::string_view address);  // a text that is no address stands for itself

// The address that a proxy wrote into X-Forwarded-For or Forwarded, with or without a port ("198.51.100.8:51034",
// "[2001:db8::7]:443" of IIS and Azure), in quotes or not (RFC 7239 §6). Absent: "unknown", "_hidden" or no address.
std::optional<boost::asio::ip::address> forwardedAddress(std::string_view node);

struct ListenAddress {
    boost::asio::ip::address address;
    unsigned short port = 0;  // 0: a free one
};
// "127.0.0.1:8443", "[::1]:8443". The detail of the fault (configuration) follows the name of the setting:
// "must be …".
Result<ListenAddress> listenAddress(const std::string& text);

}  // namespace deskline
