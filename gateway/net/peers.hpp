// Where connections come from: which peers are proxies that may speak for others, and how much one address may take before anybody is known.
// Source: RFC 7239 §5.2 and X-Forwarded-For as proxies write it. Thread: any.
#pragma once
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "model/fault.hpp"

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

// The client behind trusted proxies: the last in X-Forwarded-For that none of them is. An untrusted peer speaks for itself alone.
std::string clientAddress(const Networks& trusted, const std::string& peer, std::string_view forwardedFor);

struct PeerLimits {
    std::size_t connections = 5000;  // open at once from one address; 0: no limit
    std::size_t handshakes = 1000;   // a second, from one address; 0: no limit
};

// Counts connections and handshakes by address (of IPv6: by /64).
class Peers {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr auto patience = std::chrono::seconds(10);  // a handshake waits so long for its turn; then it is refused

    Peers(PeerLimits limits, Networks exempt) : limits_(limits), exempt_(std::move(exempt)) {}

    bool arrived(const boost::asio::ip::address& peer);  // false: it has too many; then do not call `left`
    void left(const boost::asio::ip::address& peer);
    // How long the handshake must wait for its turn; nothing: too long, refuse it.
    std::optional<Clock::duration> handshakeIn(const boost::asio::ip::address& peer, Clock::time_point time = Clock::now());

private:
    struct Record {
        std::size_t connections = 0;
        Clock::time_point next{};  // turn for the next handshake
    };
    const PeerLimits limits_;
    const Networks exempt_;
    std::mutex mutex_;
    std::map<std::string, Record> records_;
};

}  // namespace deskline::net
