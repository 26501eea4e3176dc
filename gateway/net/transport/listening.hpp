// Where the gateway listens: [server] listen, bound. `deskline doctor` binds it too, and lets it go. Thread: main's.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <string>

#include "model/fault.hpp"

namespace deskline::net {

inline constexpr std::string_view portInUse = "EADDRINUSE";

// Bound, and not listening yet. The fault is `cannotListen`, or says what is wrong with the text.
Result<boost::asio::ip::tcp::acceptor> bindTo(boost::asio::io_context& io, const std::string& listen);
// Which address, why not, and what to do. The symbol is `portInUse` where somebody else has it.
Fault cannotListen(const std::string& listen, const boost::system::error_code& error);

// "https://127.0.0.1:8443/deskline", as the gateway says where it listens.
std::string urlOf(const boost::asio::ip::address& address, unsigned short port, const std::string& basePath);

}  // namespace deskline::net
