// What the hosts do differently when a port is bound. For listening.cpp alone. Thread: main's.
#pragma once
#include <boost/asio/ip/tcp.hpp>

namespace deskline::net {

// Before it is bound: a port can be had again at once after its last owner has ended, but by one program at a time.
// Linux: SO_REUSEADDR. Windows: nothing, since SO_REUSEADDR would let two gateways share the port there.
void allowPortAgain(boost::asio::ip::tcp::acceptor& acceptor, boost::system::error_code& error);
// What to do where the host refuses the port for want of a right: whole sentences.
const char* remedyForRefusedPort();

}  // namespace deskline::net
