// Names to addresses, for the gateway's own requests. The system's lookup blocks and cannot be cancelled: it runs on a
// few threads of its own, one at a time for one zone and two for one owner, so that neither a slow zone nor an owner of
// many of them holds back the others. Each caller gets its answer or `timed_out` when its time is up. The destructor
// waits for no lookup. Source: POSIX getaddrinfo. Thread: the caller's executor; lookups on their own.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace deskline::outbound {

using Addresses = std::vector<boost::asio::ip::address>;
// Blocks. The error says why there are none.
using Lookup = std::function<Addresses(const std::string& host, boost::system::error_code& error)>;
Addresses lookUp(const std::string& host, boost::system::error_code& error);  // the system's

class Resolver {
public:
    static constexpr std::size_t mostThreads = 8, mostOfOwner = 2;    // lookups under way
    static constexpr std::size_t mostWaiting = 256, mostOfZone = 32;  // for a thread, or for their zone

    explicit Resolver(boost::asio::io_context& io, Lookup lookup = lookUp);
    ~Resolver();  // lookups under way go on; their answers are dropped

    // A host that is an address is answered by itself, without a lookup. `owner`: the account that it is for; "": the
    // gateway itself. Errors: the lookup's; timed_out; no_buffer_space when too many wait.
    using Until = std::chrono::steady_clock::time_point;
    using Error = boost::system::error_code;
    boost::asio::awaitable<Addresses> resolve(std::string host, std::string owner, Until until, Error& error);

private:
    struct State;
    boost::asio::io_context& io_;
    std::shared_ptr<State> state_;
};

// The part of a name whose name servers one party runs, and may make slow: its last two labels, three where the second
// is as short as in "co.uk".
std::string zoneOf(const std::string& host);

}  // namespace deskline::outbound
