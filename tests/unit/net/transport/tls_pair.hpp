// A connection of the gateway's and the client's end of it, over the loopback interface. The client reads only when the
// test tells it to. Both ends are of the test's thread.
#pragma once
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <catch2/catch.hpp>

#include <thread>

#include "model/freed.hpp"
#include "net/transport/tls_connection.hpp"
#include "net/transport/tls_context.hpp"
#include "unit/folder.hpp"
#include "unit/waiting.hpp"

namespace deskline::tests {

struct TlsPair {
    const Folder folder;
    net::TicketKeys ticketKeys;
    net::TlsContext context, clients{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
    boost::asio::io_context io;
    net::tcp::socket socket{io};  // the client's
    std::unique_ptr<SSL, Freed<SSL_free>> client;
    net::TimerWheel wheel;
    std::shared_ptr<net::TlsConnection> connection;
    int ended = SSL_ERROR_NONE;  // how the client's last reading ended

    TlsPair() {
        const net::TlsOptions options{folder.path / "own.pem", folder.path / "own.key", {}, {}};
        REQUIRE(net::makeCertificate(options.certificate, options.key, "localhost").has_value());
        context = *net::makeTlsContext(options, ticketKeys);
        net::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
        net::tcp::socket served(io);
        socket.connect(acceptor.local_endpoint());
        acceptor.accept(served);
        socket.non_blocking(true);
        client.reset(SSL_new(clients.get()));
        SSL_set_fd(client.get(), static_cast<int>(socket.native_handle()));
        SSL_set_connect_state(client.get());
        connection = std::make_shared<net::TlsConnection>(std::move(served), context.get(), wheel);
        bool secured = false;
        REQUIRE(until([&] {
            SSL_do_handshake(client.get());
            net::error_code error;
            secured = secured || (connection->handshake(error) == net::TlsConnection::Want::nothing && !error);
            return secured && SSL_is_init_finished(client.get()) == 1;
        }));
    }
    ~TlsPair() { connection->close(); }

    // Runs the gateway's end until the condition holds; false: it did not.
    bool until(const std::function<bool()>& done) {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (!done()) {
            if (std::chrono::steady_clock::now() > end) return false;
            io.restart();
            if (io.poll() == 0) std::this_thread::yield();
        }
        return true;
    }

    // Reads at the client's end until there are this many bytes or more, or no more can come.
    std::string read(std::size_t atLeast = SIZE_MAX) {
        std::string text;
        ended = SSL_ERROR_NONE;
        (void)until([&] {
            char part[16'384];
            std::size_t count = 0;
            ERR_clear_error();
            const int result = SSL_read_ex(client.get(), part, sizeof part, &count);
            text.append(part, result == 1 ? count : 0);
            ended = result == 1 ? SSL_ERROR_NONE : SSL_get_error(client.get(), result);
            return text.size() >= atLeast || (result != 1 && ended != SSL_ERROR_WANT_READ);
        });
        return text;
    }

    // Reads at the gateway's end; or returns why no more can come.
    std::string readAtGateway(net::error_code& error) {
        std::string text(1024, '\0');
        std::size_t count = 0;
        (void)until([&] {
            auto want = net::TlsConnection::Want::nothing;
            count = connection->read(boost::asio::buffer(text), want, error);
            return want == net::TlsConnection::Want::nothing;
        });
        text.resize(count);
        return text;
    }

    // Sends pieces of 1000 bytes, each at once, until the socket takes no more: the last one is begun, and refused.
    std::string fill() {
        std::string all;
        for (char letter = 'a'; connection->queued() == 0;
             letter = letter == 'z' ? 'a' : static_cast<char>(letter + 1)) {
            const std::string piece(1000, letter);
            all += piece;
            connection->send(piece);
            connection->flush();
        }
        return all;
    }
};

}  // namespace deskline::tests
