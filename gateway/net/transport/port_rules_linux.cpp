#include "net/transport/port_rules.hpp"

namespace deskline::net {

void allowPortAgain(boost::asio::ip::tcp::acceptor& acceptor, boost::system::error_code& error) {
    acceptor.set_option(boost::asio::ip::tcp::acceptor::reuse_address(true), error);
}

const char* remedyForRefusedPort() {
    return "Ports below 1024 need a right of their own: choose a higher one, or give Deskline's account "
           "CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE).";
}

}  // namespace deskline::net
