// One TLS connection: the socket, the SSL object straight upon it, and one ordered queue of immutable outgoing buffers.
// HTTP answers, WebSocket control frames (from Beast, through BeastStream) and the hub's ready frames all leave through
// that queue, so frames never interleave. `flush` seals all that is queued into as few TLS records as it takes and
// tries a non-blocking send at once; only a full socket is waited for. Nothing is allocated while idle: no timer, no
// buffer (SSL_MODE_RELEASE_BUFFERS). Thread: the shard's, everything.
#pragma once
#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/thread_checker.hpp"
#include "model/token_bucket.hpp"
#include "net/transport/timer_wheel.hpp"

namespace deskline::net {

namespace asio = boost::asio;
using error_code = boost::system::error_code;
using tcp = asio::ip::tcp;

// What a stream is asked and told by the connection that it has taken over. Thread: the shard's.
class ConnectionListener {
public:
    virtual int onTick() = 0;  // instead of the deadline: seconds until the next one, at most 63; 0: no more
    virtual void onRead(std::string_view) {}  // what a TLS record brought, before the reader has it
    virtual void onFull() = 0;                // once: what is queued would pass the limit; ends the connection

protected:
    ~ConnectionListener() = default;
};

class TlsConnection final : public std::enable_shared_from_this<TlsConnection>, public Timed {
public:
    TlsConnection(tcp::socket socket, SSL_CTX* context, TimerWheel& wheel);
    ~TlsConnection() override;

    enum class Want { nothing, read, write };
    // One attempt each. `want` says what to wait for when nothing could be done; otherwise `error` or a count above 0.
    Want handshake(error_code& error);
    std::size_t read(asio::mutable_buffer buffer, Want& want, error_code& error);

    void setListener(std::weak_ptr<ConnectionListener> listener) { listener_ = std::move(listener); }

    // Queues only; the bytes live as long as the owner. All that goes out comes through here and counts against the
    // limit, whatever it is. What would pass it is not queued, nor is anything after it: the listener is told in the
    // loop's next turn. A piece that finds nothing queued always goes, however large.
    void send(std::shared_ptr<const void> owner, std::string_view bytes);
    void send(std::string bytes);
    // `bytes`: what may be queued from now on. Until then there is no limit: HTTP sends an answer when the one before
    // it is out.
    void limit(std::size_t bytes) { limit_ = bytes; }
    // What `pieces` sends does not count against the limit: a stream begins with it, and it may be longer than the
    // limit. The caller sees to it that it is out before there is another.
    template <class Pieces>
    void sendUncounted(Pieces pieces) {
        counting_ = false;
        pieces();
        counting_ = true;
    }
    void flush();
    // Tells, once, when all that is queued now has gone out or the connection has failed.
    void onDrained(std::function<void(error_code)> notify);

    // Drops what is queued and not begun, sends `last`, then ends the connection: for a client that is too slow.
    void abortWith(std::string last);
    void closeAfterDrain();
    void close();
    void cut() noexcept;  // nothing goes out any more; whoever reads sees the end, and closes: where there is no memory
                          // for more
    void stopReading() { deaf_ = true; }  // the reader gets an error: what comes in is not looked at any more
    bool closing() const { return closing_ || closed_; }
    bool closed() const { return closed_; }

    std::size_t queued() const { return queuedBytes_; }               // bytes
    std::uint64_t sentBytes() const { return ever_ - queuedBytes_; }  // since the beginning, until `abortWith`
    void expireIn(int seconds);                                       // closes unless called again in time; 0: no limit
    void tickIn(int seconds);                                         // the next tick; slots taken before are void
    int tick() override;

    // What the client's certificate, verified, says of its bearer (tls_context.hpp); empty: there is none.
    std::vector<std::string> certificateNames() const;
    std::string certificateFault() const;  // why the handshake refused the client's certificate; "": it did not
    // Whether it still does: it has not ended, and is good by the authorities and revocations of that context.
    bool certificateHolds(SSL_CTX* context) const;
    bool certificateEnded() const;  // by the clock

    tcp::socket& socket() { return socket_; }
    const std::string& peer() const { return peer_; }
    asio::ip::address localAddress(error_code& error) const { return socket_.local_endpoint(error).address(); }

private:
    struct Outgoing {
        std::shared_ptr<const void> owner;
        std::string_view bytes;
        bool counts;
    };
    struct Waiter {
        std::uint64_t after;  // so many bytes have left the queue
        std::function<void(error_code)> notify;
    };
    static void onMessage(int sent, int version, int type, const void* message, std::size_t length, SSL* ssl,
                          void* connection);
    void push(std::shared_ptr<const void> owner, std::string_view bytes, bool counts);
    void notifyDrained();
    void sent();
    void linger();
    void discard();
    void fail(error_code error);
    void drop(std::size_t bytes);

    tcp::socket socket_;
    SSL* ssl_;
    TimerWheel& wheel_;
    std::string peer_;
    std::vector<Outgoing> queue_;  // from head_
    std::size_t head_ = 0, offset_ = 0, queuedBytes_ = 0, retryLength_ = 0;
    std::size_t counted_ = 0, limit_ = SIZE_MAX;  // of what is queued, what counts against the limit
    std::uint64_t ever_ = 0;                      // bytes queued since the beginning
    std::weak_ptr<ConnectionListener> listener_;
    std::vector<Waiter> waiters_;  // few; and none takes no memory, not even to be emptied
    // Messages of the handshake protocol after the handshake.
    TokenBucket handshakes_{32, 1, TokenBucket::Clock::now()};
    bool waiting_ = false, closing_ = false, lingering_ = false, closed_ = false, secured_ = false, counting_ = true,
         overflown_ = false, deaf_ = false;
    using Clock = std::chrono::steady_clock;
    [[no_unique_address]] ThreadChecker thread_;
    Clock::time_point deadline_ = Clock::time_point::max(), tickAt_{};  // the tick: not before
};

}  // namespace deskline::net
