#include <catch2/catch.hpp>

#include "net/transport/tls_connection.hpp"

using namespace deskline;

namespace {

struct Connection {  // before its handshake
    boost::asio::io_context io;
    net::tcp::socket client{io};
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
    net::Wheel wheel;
    std::shared_ptr<net::Channel> channel;

    Connection() {
        net::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
        net::tcp::socket served(io);
        client.connect(acceptor.local_endpoint());
        acceptor.accept(served);
        channel = std::make_shared<net::Channel>(std::move(served), context.get(), wheel);
    }
    ~Connection() { channel->close(); }
};

}  // namespace

TEST_CASE("a connection takes no slot of the wheel for each of the requests that follow each other fast") {
    const Connection one;
    for (int request = 0; request < 1'000; ++request)
        for (const int seconds : {60, 15, 0, 30})
            one.channel->expireIn(seconds);  // idle, the request, the work, the answer
    CHECK(one.wheel.size() <= 4);
}

TEST_CASE("a stream that is closed by its tick has a slot for the end of its goodbye, the first time too") {
    Connection one;
    one.channel->onTick = [&] {
        one.channel->sever("goodbye");
        return 0;
    };
    one.channel->tickIn(1);
    one.wheel.turn();
    CHECK(one.channel->closing());
    CHECK(one.wheel.size() == 1);
}

TEST_CASE("a connection whose slots come due together ticks once, though it ticks every second") {
    Connection one;
    int ticks = 0;
    one.channel->onTick = [&] { return ++ticks, 1; };
    one.channel->tickIn(1);
    one.channel->tickIn(1);
    one.wheel.turn();
    CHECK(ticks == 1);
    CHECK(one.wheel.size() == 1);
}

TEST_CASE("what a peer has not taken when its connection is closed is thrown away with the connection") {
    for (const bool unsent : {false, true}) {
        Connection one;
        if (unsent) one.channel->send("what nobody takes");  // before the handshake nothing leaves
        one.channel->close();
        char byte = 0;
        net::error_code error;
        one.client.read_some(boost::asio::buffer(&byte, 1), error);
        const bool reset = error == net::error_code(boost::asio::error::connection_reset),
                   ended = error == net::error_code(boost::asio::error::eof);
#ifdef _WIN32
        CHECK((ended || (unsent && reset)));  // Wine closes as if nothing lingered
#else
        CHECK((unsent ? reset : ended));
#endif
    }
}
