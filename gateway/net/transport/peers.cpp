#include "net/transport/peers.hpp"

#include <algorithm>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include "api/headers.hpp"
#include "model/address.hpp"

namespace deskline::net {
namespace {

namespace ip = boost::asio::ip;

ip::address_v6 wide(const ip::address& address) {
    return address.is_v6() ? address.to_v6() : ip::make_address_v6(ip::v4_mapped, address.to_v4());
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
            bits = address.is_v4() ? ip::make_network_v4(text, error).prefix_length()
                                   : ip::make_network_v6(text, error).prefix_length();
        if (error)
            return Fault{"configuration",
                         "[server] trusted_proxies: '" + text + "' is no address and no network such as 10.0.0.0/8."};
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
    auto client = addressIn(peer);
    if (!client) return peer;
    for (auto nodes = api::elements(forwardedFor); trusted.contains(*client) && !nodes.empty(); nodes.pop_back()) {
        const auto node = forwardedAddress(nodes.back());
        if (!node) break;  // what is no address is nobody's word
        client = node;
    }
    return client->to_string();
}

bool Peers::arrived(const ip::address& peer) {
    if (exempt_.contains(peer)) return true;
    const std::lock_guard lock(mutex_);
    auto& open = connections_[addressKey(peer)];
    if (limits_.connections && open >= limits_.connections) return false;
    ++open;
    return true;
}

void Peers::left(const ip::address& peer) {
    if (exempt_.contains(peer)) return;
    const std::lock_guard lock(mutex_);
    const auto found = connections_.find(addressKey(peer));
    if (found != connections_.end() && --found->second == 0) connections_.erase(found);
}

std::optional<Peers::Clock::duration> Peers::handshakeIn(const ip::address& peer, Clock::time_point time) {
    if (limits_.handshakes == 0 || exempt_.contains(peer)) return Clock::duration::zero();
    const auto apart = std::chrono::duration_cast<Clock::duration>(std::chrono::seconds(1)) / limits_.handshakes;
    const auto burst = std::chrono::milliseconds(200);  // so much may come at once
    const std::lock_guard lock(mutex_);
    auto& next = turns_.at(addressKey(peer));
    next = std::max(next, time - burst);
    const auto turn = std::max(next, time);
    if (turn - time > patience) return std::nullopt;
    next += apart;
    return turn - time;
}

}  // namespace deskline::net
