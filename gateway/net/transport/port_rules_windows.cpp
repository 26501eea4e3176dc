#include "net/transport/port_rules.hpp"

namespace deskline::net {

void allowPortAgain(boost::asio::ip::tcp::acceptor&, boost::system::error_code&) {}

const char* remedyForRefusedPort() {
    return "Windows keeps this port for something else, or another program has it for itself alone: choose another "
           "port (`netsh int ipv4 show excludedportrange tcp` lists those that are kept).";
}

}  // namespace deskline::net
