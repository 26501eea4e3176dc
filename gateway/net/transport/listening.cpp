#include "net/transport/listening.hpp"

#include "model/address.hpp"
#include "net/transport/port_rules.hpp"

namespace deskline::net {
namespace {

using Acceptor = boost::asio::ip::tcp::acceptor;

std::string whatToDo(const boost::system::error_code& error) {
    namespace errc = boost::system::errc;
    if (error == errc::permission_denied) return std::string(" ") + remedyForRefusedPort();
    if (error == errc::address_not_available)
        return " Choose an address of this host: 127.0.0.1 for this host alone, 0.0.0.0 for all of its "
               "addresses.";
    if (error == errc::address_family_not_supported) return " This host has no IPv6: choose an IPv4 address.";
    return {};
}

}  // namespace

Result<Acceptor> bindTo(boost::asio::io_context& io, const std::string& listen) {
    const auto address = listenAddress(listen);
    if (!address) return Fault{"configuration", "[server] listen " + address.error().detail + "."};
    const Acceptor::endpoint_type endpoint(address->address, address->port);
    boost::system::error_code error;
    Acceptor acceptor(io);
    acceptor.open(endpoint.protocol(), error);
    if (!error) allowPortAgain(acceptor, error);
    if (!error) acceptor.bind(endpoint, error);
    if (error) return cannotListen(listen, error);
    return acceptor;
}

Fault cannotListen(const std::string& listen, const boost::system::error_code& error) {
    const auto where = "[server] listen = \"" + listen + "\": ";
    Fault fault{"configuration", where + error.message() + "." + whatToDo(error)};
    if (error != boost::asio::error::address_in_use) return fault;
    fault.detail = where +
                   "the port is in use; is another gateway running? "
                   "Choose another port, or end the other program.";
    fault.symbol = portInUse;
    return fault;
}

std::string urlOf(const boost::asio::ip::address& address, unsigned short port, const std::string& basePath) {
    const auto host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
    return "https://" + host + ":" + std::to_string(port) + basePath;
}

}  // namespace deskline::net
