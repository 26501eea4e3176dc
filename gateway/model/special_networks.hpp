// Which addresses belong to the public internet, and which hosts mean this one. Addresses are parsed, never compared as
// text. Thread:
// any. Source: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), RFC 4291 (IPv6), RFC 6761 (localhost).
#pragma once
#include <boost/asio/ip/address.hpp>
#include <span>
#include <string_view>

namespace deskline {

struct SpecialNetwork {
    std::string_view network, what;  // "192.168.0.0/16", its name in the registry
};
std::span<const SpecialNetwork> specialNetworks();  // every row of both registries that lies in unicast space

// The address is global unicast and in no special network: the gateway may connect to it for a request from outside.
bool isPublic(const boost::asio::ip::address& address);
// 127.0.0.0/8 and ::1, the first also as IPv4-mapped IPv6.
bool isLoopback(const boost::asio::ip::address& address);
// A host as it stands in a URL: an address (in dotted form; IPv6 in brackets) that is loopback, or the name localhost.
bool isLoopbackHost(std::string_view host);

}  // namespace deskline
