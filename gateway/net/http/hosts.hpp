// Names of hosts as requests give them. Source: RFC 9110 §7.2, RFC 3986 §3.2.2. Thread: any.
#pragma once
#include <string_view>
#include <utility>

namespace deskline::net {

// "desk.example", "192.0.2.7:8443", "[2001:db8::7]:8443": what Host and the authority of a target may be.
bool isHost(std::string_view text);
// Its parts; the port is "" where none is given. Brackets of an IPv6 address are taken off.
std::pair<std::string_view, std::string_view> hostAndPort(std::string_view text);

}  // namespace deskline::net
