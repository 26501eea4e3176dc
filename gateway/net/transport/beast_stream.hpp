// What Beast reads from and writes to: an AsyncStream upon a TLS connection that others send on too. A write is queued
// whole and completes when it has gone out. Thread: the shard's.
#pragma once
#include <boost/asio/compose.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include "net/transport/tls_connection.hpp"

namespace deskline::net {

class BeastStream {
public:
    using executor_type = tcp::socket::executor_type;

    explicit BeastStream(std::shared_ptr<TlsConnection> connection) : connection_(std::move(connection)) {}
    executor_type get_executor() { return connection_->socket().get_executor(); }
    TlsConnection& connection() { return *connection_; }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return asio::async_compose<Token, void(error_code, std::size_t)>(Read<Buffers>{connection_, buffers}, token,
                                                                         connection_->socket());
    }

    // Queues a copy at once, as one piece; completes when the queue has gone out.
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return asio::async_compose<Token, void(error_code, std::size_t)>(
            Write{connection_, boost::beast::buffers_to_string(buffers)}, token, connection_->socket());
    }

    friend void beast_close_socket(BeastStream& stream) { stream.connection_->close(); }

private:
    template <class Buffers>
    struct Read {
        std::shared_ptr<TlsConnection> connection;
        Buffers buffers;
        enum { fresh, waiting, posted } stage = fresh;
        std::size_t count = 0;
        error_code failed = {};

        template <class Self>
        void operator()(Self& self, error_code error = {}) {
            if (stage == posted) return self.complete(failed, count);
            if (error) return self.complete(error, 0);
            auto buffer = asio::mutable_buffer();
            for (auto at = asio::buffer_sequence_begin(buffers);
                 at != asio::buffer_sequence_end(buffers) && buffer.size() == 0; ++at)
                buffer = *at;
            auto want = TlsConnection::Want::nothing;
            if (buffer.size() > 0) count = connection->read(buffer, want, failed);
            auto& socket = connection->socket();
            if (want != TlsConnection::Want::nothing) {
                stage = waiting;
                return socket.async_wait(
                    want == TlsConnection::Want::read ? tcp::socket::wait_read : tcp::socket::wait_write,
                    std::move(self));
            }
            if (stage == waiting) return self.complete(failed, count);
            stage = posted;
            asio::post(socket.get_executor(), std::move(self));
        }
    };

    struct Write {
        std::shared_ptr<TlsConnection> connection;
        std::string bytes;
        std::size_t count = 0;
        bool began = false;

        template <class Self>
        void operator()(Self& self, error_code error = {}) {
            if (began) return self.complete(error, error ? 0 : count);
            began = true;
            count = bytes.size();
            auto& to = *connection;
            to.send(std::move(bytes));
            to.flush();
            to.onDrained([executor = to.socket().get_executor(), shared = std::make_shared<Self>(std::move(self))](
                             error_code result) { asio::post(executor, [shared, result] { (*shared)(result); }); });
        }
    };

    std::shared_ptr<TlsConnection> connection_;
};

inline void teardown(boost::beast::role_type, BeastStream& stream, error_code& error) {
    error = {};
    stream.connection().closeAfterDrain();
}

template <class Handler>
void async_teardown(boost::beast::role_type, BeastStream& stream, Handler&& handler) {
    stream.connection().closeAfterDrain();
    asio::post(stream.get_executor(), [handler = std::forward<Handler>(handler)]() mutable { handler(error_code{}); });
}

}  // namespace deskline::net
