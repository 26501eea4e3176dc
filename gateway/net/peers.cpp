#include "net/peers.hpp"

#include <algorithm>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace deskline::net {
namespace {

namespace ip = boost::asio::ip;

ip::address_v6 wide(const ip::address& address) { return address.is_v6() ? address.to_v6() : ip::make_address_v6(ip::v4_mapped, address.to_v4()); }

ip::address plain(const ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

std::string keyOf(const ip::address& address) {
    const auto is = plain(address);
    if (is.is_v4()) return is.to_string();
    auto bytes = is.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), 0);
    return ip::address_v6(bytes).to_string();
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

}  // namespace

Result<Networks> Networks::parse(const std::vector<std::string>& texts) {
    Networks networks;
    for (const auto& text : texts) {
        boost::system::error_code error;
        const auto slash = text.find('/');
        const auto address = ip::make_address(text.substr(0, slash), error);
        int bits = address.is_v4() ? 32 : 128;
        if (!error && slash != std::string::npos)
            bits = address.is_v4() ? ip::make_network_v4(text, error).prefix_length() : ip::make_network_v6(text, error).prefix_length();
        if (error) return Fault{"configuration", "[server] trusted_proxies: '" + text + "' is no address and no network such as 10.0.0.0/8."};
        networks.networks_.push_back({wide(address), address.is_v4() ? bits + 96 : bits});
    }
    return networks;
}

bool Networks::contains(const ip::address& address) const {
    const auto bytes = wide(address).to_bytes();
    return std::ranges::any_of(networks_, [&](const Network& network) {
        const auto own = network.address.to_bytes();
        for (int bit = 0; bit < network.bits; bit += 8) {
            const auto mask = static_cast<unsigned char>(0xff << std::max(0, 8 - (network.bits - bit)));
            const auto index = static_cast<std::size_t>(bit / 8);
            if ((own[index] & mask) != (bytes[index] & mask)) return false;
        }
        return true;
    });
}

std::string clientAddress(const Networks& trusted, const std::string& peer, std::string_view forwardedFor) {
    std::string client = peer;
    boost::system::error_code error;
    for (;;) {
        const auto address = ip::make_address(client, error);
        if (error || !trusted.contains(address)) return client;
        forwardedFor = trimmed(forwardedFor);
        if (forwardedFor.empty()) return client;
        const auto comma = forwardedFor.rfind(',');
        auto last = trimmed(comma == std::string_view::npos ? forwardedFor : forwardedFor.substr(comma + 1));
        forwardedFor = comma == std::string_view::npos ? std::string_view() : forwardedFor.substr(0, comma);
        if (ip::make_address(last, error); error) return client;  // what is no address is nobody's word
        client = last;
    }
}

bool Peers::arrived(const ip::address& peer) {
    if (exempt_.contains(peer)) return true;
    const std::lock_guard lock(mutex_);
    auto& record = records_[keyOf(peer)];
    if (limits_.connections && record.connections >= limits_.connections) return false;
    ++record.connections;
    return true;
}

void Peers::left(const ip::address& peer) {
    if (exempt_.contains(peer)) return;
    const std::lock_guard lock(mutex_);
    const auto found = records_.find(keyOf(peer));
    if (found != records_.end() && --found->second.connections == 0 && found->second.next <= Clock::now()) records_.erase(found);
}

std::optional<Peers::Clock::duration> Peers::handshakeIn(const ip::address& peer, Clock::time_point time) {
    if (limits_.handshakes == 0 || exempt_.contains(peer)) return Clock::duration::zero();
    const auto apart = std::chrono::duration_cast<Clock::duration>(std::chrono::seconds(1)) / limits_.handshakes;
    const auto burst = std::chrono::milliseconds(200);  // so much may come at once
    const std::lock_guard lock(mutex_);
    auto& next = records_[keyOf(peer)].next;
    next = std::max(next, time - burst);
    const auto turn = std::max(next, time);
    if (turn - time > patience) return std::nullopt;
    next += apart;
    return turn - time;
}

}  // namespace deskline::net
