#include "model/special_networks.hpp"

#include <algorithm>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <string>
#include <vector>

#include "model/address.hpp"

namespace deskline {
namespace {

namespace ip = boost::asio::ip;

// Networks that the registries call globally reachable are listed too: no webhook's receiver is in one. Of IPv6 only
// 2000::/3 is global unicast, so networks outside of it (::/96 with IPv4 inside, 64:ff9b::/96, fc00::/7 …) are refused
// without a row; the registry's rows are listed all the same.
constexpr SpecialNetwork special[] = {
    {"0.0.0.0/8", "this network"},
    {"10.0.0.0/8", "private use"},
    {"100.64.0.0/10", "shared address space"},
    {"127.0.0.0/8", "loopback"},
    {"169.254.0.0/16", "link local"},
    {"172.16.0.0/12", "private use"},
    {"192.0.0.0/24", "IETF protocol assignments"},
    {"192.0.2.0/24", "documentation (TEST-NET-1)"},
    {"192.31.196.0/24", "AS112-v4"},
    {"192.52.193.0/24", "AMT"},
    {"192.88.99.0/24", "6to4 relay anycast"},
    {"192.168.0.0/16", "private use"},
    {"192.175.48.0/24", "direct delegation AS112"},
    {"198.18.0.0/15", "benchmarking"},
    {"198.51.100.0/24", "documentation (TEST-NET-2)"},
    {"203.0.113.0/24", "documentation (TEST-NET-3)"},
    {"240.0.0.0/4", "reserved"},
    {"255.255.255.255/32", "limited broadcast"},
    {"::/128", "unspecified"},
    {"::1/128", "loopback"},
    {"::/96", "IPv4-compatible"},
    {"::ffff:0:0/96", "IPv4-mapped"},
    {"64:ff9b::/96", "IPv4-IPv6 translation"},
    {"64:ff9b:1::/48", "IPv4-IPv6 translation"},
    {"100::/64", "discard only"},
    {"100:0:0:1::/64", "dummy prefix"},
    {"2001::/23", "IETF protocol assignments: Teredo, ORCHID, benchmarking, AMT …"},
    {"2001:db8::/32", "documentation"},
    {"2002::/16", "6to4"},
    {"2620:4f:8000::/48", "direct delegation AS112"},
    {"3fff::/20", "documentation"},
    {"5f00::/16", "segment routing (SRv6)"},
    {"fc00::/7", "unique local"},
    {"fe80::/10", "link local"},
    {"fec0::/10", "site local"},
};

struct Networks {
    std::vector<ip::network_v4> v4;
    std::vector<ip::network_v6> v6;
    Networks() {
        for (const auto& row : special)
            row.network.find(':') == std::string_view::npos
                ? v4.push_back(ip::make_network_v4(row.network).canonical())
                : v6.push_back(ip::make_network_v6(row.network).canonical());
    }
};
const Networks& networks() {
    static const Networks all;
    return all;
}

bool in(const ip::network_v4& network, const ip::address_v4& address) {
    return ip::network_v4(address, network.prefix_length()).canonical() == network;
}
bool in(const ip::network_v6& network, const ip::address_v6& address) {
    return ip::network_v6(address, network.prefix_length()).canonical() == network;
}

bool isNamed(std::string_view host, std::string_view name) {
    return std::ranges::equal(host, name,
                              [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

}  // namespace

std::span<const SpecialNetwork> specialNetworks() { return special; }

bool isPublic(const ip::address& address) {
    if (address.is_v4()) {
        const auto v4 = address.to_v4();
        return !v4.is_multicast() &&
               std::ranges::none_of(networks().v4, [&](const auto& network) { return in(network, v4); });
    }
    const auto v6 = address.to_v6();
    const bool globalUnicast = v6.to_bytes()[0] >> 5 == 1;  // 2000::/3
    return globalUnicast && std::ranges::none_of(networks().v6, [&](const auto& network) { return in(network, v6); });
}

bool isLoopback(const ip::address& address) {
    if (address.is_v4()) return address.is_loopback();
    const auto v6 = address.to_v6();
    return v6.is_loopback() || (v6.is_v4_mapped() && ip::make_address_v4(ip::v4_mapped, v6).is_loopback());
}

bool isLoopbackHost(std::string_view host) {
    if (isNamed(host, "localhost") || isNamed(host, "localhost.")) return true;
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (bracketed != (host.find(':') != std::string_view::npos)) return false;
    const auto address = addressIn(host);
    return address && isLoopback(*address);
}

}  // namespace deskline
