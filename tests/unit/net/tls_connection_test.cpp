#include <catch2/catch.hpp>

#include "net/transport/tls_connection.hpp"

using namespace deskline;

TEST_CASE("a connection takes no slot of the wheel for each of the requests that follow each other fast") {
    boost::asio::io_context io;
    net::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
    net::tcp::socket client(io), served(io);
    client.connect(acceptor.local_endpoint());
    acceptor.accept(served);
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    net::Wheel wheel;
    const auto channel = std::make_shared<net::Channel>(std::move(served), context.get(), wheel);
    for (int request = 0; request < 1'000; ++request)
        for (const int seconds : {60, 15, 0, 30}) channel->expireIn(seconds);  // idle, the request, the work, the answer
    CHECK(wheel.size() <= 4);
    channel->close();
}
