#include "net/transport/tls_connection.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cstring>

#include "net/transport/tls_context.hpp"

namespace deskline::net {
namespace {

constexpr int longestTick = 60;  // seconds; the wheel has 64
constexpr int sendBufferBytes = 262'144;
constexpr int closingSeconds = 10;           // for a peer to take what is queued and say goodbye
constexpr std::size_t recordBytes = 16'384;  // the longest TLS record (RFC 8446 §5.1)

// What a record is gathered in; one for each shard's thread.
char* scratch() {
    thread_local std::unique_ptr<char[]> buffer(new char[recordBytes]);
    return buffer.get();
}

TlsConnection::Want wantOf(SSL* ssl, int result, error_code& error) {
    switch (SSL_get_error(ssl, result)) {
        case SSL_ERROR_WANT_READ: return TlsConnection::Want::read;
        case SSL_ERROR_WANT_WRITE: return TlsConnection::Want::write;
        case SSL_ERROR_ZERO_RETURN: error = asio::error::eof; break;
        default: error = asio::error::connection_reset;
    }
    return TlsConnection::Want::nothing;
}

}  // namespace

TlsConnection::TlsConnection(tcp::socket socket, SSL_CTX* context, TimerWheel& wheel)
    : socket_(std::move(socket)), ssl_(SSL_new(context)), wheel_(wheel) {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    // What the system keeps unsent counts too: a client that does not read must reach its limit soon, not after
    // megabytes.
    socket_.set_option(asio::socket_base::send_buffer_size(sendBufferBytes), ignored);
    socket_.non_blocking(true, ignored);
    const auto remote = socket_.remote_endpoint(ignored);
    if (!ignored) peer_ = remote.address().to_string();
    if (!ssl_) throw std::bad_alloc();
    SSL_set_fd(ssl_, static_cast<int>(socket_.native_handle()));
    SSL_set_accept_state(ssl_);
    SSL_set_msg_callback(ssl_, &TlsConnection::onMessage);
    SSL_set_msg_callback_arg(ssl_, this);
}

TlsConnection::~TlsConnection() { SSL_free(ssl_); }

TlsConnection::Want TlsConnection::handshake(error_code& error) {
    thread_.check();
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_);
    if (result != 1) return wantOf(ssl_, result, error);
    secured_ = true;
    return Want::nothing;
}

// Key updates cost a derivation of keys each and bring nothing, wishes for a renegotiation an alert; OpenSSL takes as
// many as come, in one call. Beyond what anybody needs the connection is taken as ended by its peer. Source: RFC 8446
// §4.6.3, RFC 5246 §7.4.1.1.
void TlsConnection::onMessage(int sent, int, int type, const void* message, std::size_t length, SSL* ssl,
                              void* connection) {
    auto& self = *static_cast<TlsConnection*>(connection);
    if (sent || !self.secured_) return;
    const bool handshake =
        type == SSL3_RT_HANDSHAKE ||
        (type == SSL3_RT_HEADER && length > 0 && *static_cast<const unsigned char*>(message) == SSL3_RT_HANDSHAKE);
    if (handshake && !self.handshakes_.take(TokenBucket::Clock::now()))
        SSL_set_shutdown(ssl, SSL_get_shutdown(ssl) | SSL_RECEIVED_SHUTDOWN);
}

std::vector<std::string> TlsConnection::certificateNames() const {
    const X509* certificate = SSL_get0_peer_certificate(ssl_);
    return certificate && SSL_get_verify_result(ssl_) == X509_V_OK ? namesIn(certificate) : std::vector<std::string>();
}

std::string TlsConnection::certificateFault() const {
    const auto result = SSL_get_verify_result(ssl_);
    return result == X509_V_OK ? std::string() : X509_verify_cert_error_string(result);
}

bool TlsConnection::certificateHolds(SSL_CTX* context) const { return !certificateEnded() && holds(ssl_, context); }

bool TlsConnection::certificateEnded() const { return net::certificateEnded(ssl_, now()); }

std::size_t TlsConnection::read(asio::mutable_buffer buffer, Want& want, error_code& error) {
    thread_.check();
    want = Want::nothing;
    if (closed_ || deaf_) {
        error = asio::error::operation_aborted;
        return 0;
    }
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_read_ex(ssl_, buffer.data(), buffer.size(), &count);
    if (result == 1) {
        if (const auto listener = listener_.lock()) listener->onRead({static_cast<const char*>(buffer.data()), count});
        return count;
    }
    want = wantOf(ssl_, result, error);
    return 0;
}

void TlsConnection::send(std::shared_ptr<const void> owner, std::string_view bytes) {
    thread_.check();
    if (closing() || overflown_ || bytes.empty()) return;
    if (!counting_ || queuedBytes_ == 0 || counted_ + bytes.size() <= limit_)
        return push(std::move(owner), bytes, counting_);
    overflown_ = true;
    try {
        asio::post(socket_.get_executor(),
                   [self = shared_from_this()] {  // not here: whoever sends may be in the middle of something
                       const auto listener = self->listener_.lock();
                       if (listener && !self->closing()) try {
                               listener->onFull();
                           } catch (const std::bad_alloc&) {
                               self->cut();
                           }
                   });
    } catch (const std::bad_alloc&) {
        cut();
    }
}

void TlsConnection::push(std::shared_ptr<const void> owner, std::string_view bytes, bool counts) {
    queue_.push_back({std::move(owner), bytes, counts});
    queuedBytes_ += bytes.size();
    ever_ += bytes.size();
    if (counts) counted_ += bytes.size();
}

void TlsConnection::send(std::string bytes) {
    auto owner = std::make_shared<const std::string>(std::move(bytes));
    const std::string_view view = *owner;
    send(std::move(owner), view);
}

void TlsConnection::drop(std::size_t bytes) {
    queuedBytes_ -= bytes;
    while (bytes > 0) {
        auto& front = queue_[head_];
        const auto left = front.bytes.size() - offset_;
        if (front.counts) counted_ -= std::min(bytes, left);
        if (bytes < left) {
            offset_ += bytes;
            return;
        }
        bytes -= left;
        front.owner.reset();
        ++head_;
        offset_ = 0;
    }
    if (head_ == queue_.size()) {
        queue_.clear();
        head_ = 0;
        if (queue_.capacity() > 64) queue_.shrink_to_fit();
    } else if (head_ > 1024) {
        queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(head_));
        head_ = 0;
    }
}

void TlsConnection::flush() {
    thread_.check();
    if (waiting_ || closed_ || !secured_) return;
    while (queuedBytes_ > 0) {
        const char* data = queue_[head_].bytes.data() + offset_;
        std::size_t length = std::min(queue_[head_].bytes.size() - offset_, recordBytes);
        if (queue_.size() - head_ > 1 && length < recordBytes) {
            auto* gathered = scratch();
            std::memcpy(gathered, data, length);
            for (auto next = head_ + 1; next < queue_.size() && length < recordBytes; ++next) {
                const auto& bytes = queue_[next].bytes;
                const auto part = std::min(bytes.size(), recordBytes - length);
                std::memcpy(gathered + length, bytes.data(), part);
                length += part;
            }
            data = gathered;
        }
        // A record that was refused must be offered again with the same bytes; the queue only grows at its end, so it
        // is.
        length = std::max(length, retryLength_);
        ERR_clear_error();
        std::size_t written = 0;
        const int result = SSL_write_ex(ssl_, data, length, &written);
        if (result == 1) {
            retryLength_ = 0;
            drop(written);
            continue;
        }
        error_code error;
        const auto want = wantOf(ssl_, result, error);
        if (want == Want::nothing) return fail(error);
        retryLength_ = length;
        socket_.async_wait(want == Want::read ? tcp::socket::wait_read : tcp::socket::wait_write,
                           [self = shared_from_this()](error_code failed) {
                               self->waiting_ = false;
                               try {
                                   failed ? self->fail(failed) : self->flush();
                               } catch (const std::bad_alloc&) {
                                   self->cut();
                               }
                           });
        waiting_ = true;
        return notifyDrained();
    }
    sent();
}

void TlsConnection::notifyDrained() {
    while (!waiters_.empty() && waiters_.front().after <= ever_ - queuedBytes_) {
        const auto notify = std::move(waiters_.front().notify);
        waiters_.erase(waiters_.begin());
        notify({});
    }
}

void TlsConnection::sent() {
    notifyDrained();
    if (closing_) linger();
}

// Says that nothing more will come and waits for the peer to say the same: closing at once would throw away, by a
// reset, what the peer has not read yet. The wheel ends the wait.
void TlsConnection::linger() {
    if (lingering_ || closed_) return;
    lingering_ = true;
    if (secured_) {
        ERR_clear_error();
        SSL_shutdown(ssl_);
    }
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    discard();
}

void TlsConnection::discard() {
    error_code error;
    while (!error) socket_.read_some(asio::buffer(scratch(), recordBytes), error);
    if (error != asio::error::would_block) return close();
    socket_.async_wait(tcp::socket::wait_read,
                       [self = shared_from_this()](error_code failed) { failed ? self->close() : self->discard(); });
}

void TlsConnection::onDrained(std::function<void(error_code)> notify) {
    thread_.check();
    if (closed_) return notify(asio::error::operation_aborted);
    if (queuedBytes_ == 0) return notify({});
    waiters_.push_back({ever_, std::move(notify)});
}

void TlsConnection::fail(error_code error) {
    const auto waiters = std::exchange(waiters_, {});
    close();
    for (const auto& one : waiters) one.notify(error);
}

void TlsConnection::abortWith(std::string last) {
    thread_.check();
    if (closing()) return;
    // What is begun must be finished, else the client could not read what follows.
    const bool begun = offset_ > 0 || retryLength_ > 0;
    std::size_t keep = head_, bytes = 0;
    if (begun)
        for (const auto needed = std::max(retryLength_, std::size_t{1}); keep < queue_.size() && bytes < needed; ++keep)
            bytes += queue_[keep].bytes.size() - (keep == head_ ? offset_ : 0);
    queue_.erase(queue_.begin() + static_cast<std::ptrdiff_t>(keep), queue_.end());
    ever_ -= queuedBytes_ - bytes;
    for (auto& waiter : waiters_) waiter.after = std::min(waiter.after, ever_);
    queuedBytes_ = bytes;
    counted_ = 0;
    for (auto& kept : queue_) kept.counts = false;  // the limit has done its work
    const auto owner = std::make_shared<const std::string>(std::move(last));
    push(owner, *owner, false);
    closeAfterDrain();
    flush();
}

void TlsConnection::closeAfterDrain() {
    thread_.check();
    if (closing()) return;
    expireIn(closingSeconds);  // first: without it nothing may end the wait
    closing_ = true;
    if (queuedBytes_ == 0) linger();
}

void TlsConnection::cut() noexcept {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
}

void TlsConnection::close() {
    thread_.check();
    if (closed_) return;
    closed_ = true;
    error_code ignored;
    // A peer that has not taken what is queued gets a reset: else the system would keep its part of that, and the
    // connection, for the peer.
    if (queuedBytes_ > 0)
        socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    else
        socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
    queue_.clear();
    head_ = offset_ = queuedBytes_ = counted_ = 0;
    for (auto& waiter : std::exchange(waiters_, {})) waiter.notify(asio::error::operation_aborted);
}

void TlsConnection::expireIn(int seconds) {
    const auto time = Clock::now();
    deadline_ = seconds ? time + std::chrono::seconds(seconds) : Clock::time_point::max();
    // A tick that comes within a second of the deadline will do: requests that follow each other fast take no slot
    // each.
    if (seconds && (tickAt_ <= time || tickAt_ > deadline_)) tickIn(std::min(seconds + 1, longestTick));
}

void TlsConnection::tickIn(int seconds) {
    thread_.check();
    wheel_.schedule(shared_from_this(), seconds);  // first: a tick that has no slot never comes
    tickAt_ =
        Clock::now() + std::chrono::seconds(seconds - 1);  // at the earliest: the wheel's next turn may be at once
}

int TlsConnection::tick() {
    thread_.check();
    const auto time = Clock::now();
    // What comes earlier is a slot taken before the present one.
    if (closed_ || time + std::chrono::milliseconds(100) < tickAt_) return 0;
    tickAt_ = {};  // this slot is used: a deadline that is set meanwhile takes another
    int next = 0;
    const auto listener = closing_ ? nullptr : listener_.lock();
    if (listener) {
        next = listener->onTick();
    } else if (deadline_ != Clock::time_point::max()) {
        const auto left = std::chrono::ceil<std::chrono::seconds>(deadline_ - time).count();
        if (left <= 0)
            close();
        else
            next = static_cast<int>(std::min<std::int64_t>(left, longestTick));
    }
    if (next) tickAt_ = time + std::chrono::seconds(next);
    return next;
}

}  // namespace deskline::net
