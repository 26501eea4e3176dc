// Where connections come from: which peers are proxies that may speak for others, and how much one address may take
// before anybody is known. Source: RFC 7239 §5.2, §6 and X-Forwarded-For as proxies write it. Thread: any.
#pragma once
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "model/fault.hpp"
#include "model/recent.hpp"

namespace deskline::net {

class Networks {
public:
    // "192.0.2.7", "10.0.0.0/8", "2001:db8::/32"; the fault names the one that is none.
    static Result<Networks> parse(const std::vector<std::string>& texts);
    bool contains(const boost::asio::ip::address& address) const;

private:
    struct Network {
        boost::asio::ip::address_v6 address;  // of IPv4: mapped
        int bits;
    };
    std::vector<Network> networks_;
};

// The client behind trusted proxies: the last in X-Forwarded-For (all of its lines) that none of them is. An untrusted
// peer speaks for itself alone, and what is no address ends the search.
std::string clientAddress(const Networks& trusted, const std::string& peer, std::string_view forwardedFor);

struct PeerLimits {
    std::size_t connections = 5000;  // open at once from one address; 0: no limit
    std::size_t handshakes = 1000;   // a second, from one address; 0: no limit
};

// Counts connections and handshakes by address (model/address.hpp).
class Peers {
public:
    using Clock = std::chrono::steady_clock;
    // A handshake waits so long for its turn; then it is refused.
    static constexpr auto patience = std::chrono::seconds(10);
    static constexpr std::size_t mostTurns = 50'000;  // addresses; beyond, the one that came longest ago is forgotten

    Peers(PeerLimits limits, Networks exempt) : limits_(limits), exempt_(std::move(exempt)) {}

    bool arrived(const boost::asio::ip::address& peer);  // false: it has too many; then do not call `left`
    void left(const boost::asio::ip::address& peer);
    // How long the handshake must wait for its turn; nothing: too long, refuse it.
    std::optional<Clock::duration> handshakeIn(const boost::asio::ip::address& peer,
                                               Clock::time_point time = Clock::now());

private:
    const PeerLimits limits_;
    const Networks exempt_;
    std::mutex mutex_;
    std::map<std::string, std::size_t> connections_;  // open now, by address: as many as there may be connections
    Recent<Clock::time_point> turns_{mostTurns};      // for the next handshake
};

}  // namespace deskline::net
