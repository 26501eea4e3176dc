// Addresses: of clients, as everything takes them that counts by address; and where the gateway listens. Thread: any.
#pragma once
#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "model/fault.hpp"

namespace deskline {

// Without a port, a zone or brackets; an IPv4 address in IPv6's clothes (::ffff:192.0.2.7) as itself. Nothing: it is no
// address.
std::optional<boost::asio::ip::address> addressIn(std::string_view text);

// Whom an address stands for: IPv4 whole; of IPv6 the /64, since whoever has one of its addresses has all of them (RFC
// 4291 §2.5.4).
std::string addressKey(const boost::asio::ip::address& address);
std::string addressKey(std::string_view address);  // a text that is no address stands for itself

// As proxies write it into X-Forwarded-For or Forwarded, which is not always an address alone: "198.51.100.8:51034" and
// "[2001:db8::7]:443" of IIS and Azure, in quotes too (RFC 7239 §6). Nothing: "unknown", "_hidden", or what is no
// address.
std::optional<boost::asio::ip::address> forwardedAddress(std::string_view node);

struct ListenAddress {
    boost::asio::ip::address address;
    unsigned short port = 0;  // 0: a free one
};
// "127.0.0.1:8443", "[::1]:8443". The fault (configuration) goes on from the setting's name: "must be …".
Result<ListenAddress> listenAddress(const std::string& text);

}  // namespace deskline
