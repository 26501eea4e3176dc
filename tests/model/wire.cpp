#include "wire.hpp"

#include <boost/asio/post.hpp>
#include <map>

namespace deskline::model {
namespace {

std::map<const net::TlsConnection*, Wire>& wires() {
    static std::map<const net::TlsConnection*, Wire> all;
    return all;
}
void forget(const net::TlsConnection* connection) { wires().erase(connection); }

}  // namespace

Wire& wireOf(const net::TlsConnection& connection) { return wires()[&connection]; }

}  // namespace deskline::model

namespace deskline::net {

TlsConnection::TlsConnection(tcp::socket socket, SSL_CTX*, TimerWheel& wheel)
    : socket_(std::move(socket)), ssl_(nullptr), wheel_(wheel) {}
TlsConnection::~TlsConnection() { model::forget(this); }

TlsConnection::Want TlsConnection::handshake(error_code&) { return Want::nothing; }
std::size_t TlsConnection::read(asio::mutable_buffer, Want& want, error_code&) {
    want = Want::read;
    return 0;
}
std::vector<std::string> TlsConnection::certificateNames() const { return {}; }
std::string TlsConnection::certificateFault() const { return {}; }
bool TlsConnection::certificateHolds(SSL_CTX*) const { return true; }
bool TlsConnection::certificateEnded() const { return false; }

void TlsConnection::send(std::shared_ptr<const void> owner, std::string_view bytes) {
    if (closing() || overflown_ || bytes.empty()) return;
    if (!counting_ || queuedBytes_ == 0 || counted_ + bytes.size() <= limit_)
        return push(std::move(owner), bytes, counting_);
    overflown_ = true;
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
        if (const auto listener = self->listener_.lock(); listener && !self->closing()) listener->onFull();
    });
}

void TlsConnection::push(std::shared_ptr<const void> owner, std::string_view bytes, bool counts) {
    queue_.push_back({std::move(owner), bytes, counts});
    queuedBytes_ += bytes.size();
    if (counts) counted_ += bytes.size();
}

void TlsConnection::send(std::string bytes) {
    auto owner = std::make_shared<const std::string>(std::move(bytes));
    const std::string_view view = *owner;
    send(std::move(owner), view);
}

void TlsConnection::flush() {
    auto& wire = model::wireOf(*this);
    if (closed_ || wire.slow) return;
    const auto self = weak_from_this().lock();
    queuedBytes_ = counted_ = 0;
    for (auto& piece : std::exchange(queue_, {}))
        if (wire.arrived) wire.arrived(piece.bytes);
    sent();
}

void TlsConnection::sent() {
    for (auto& waiter : std::exchange(waiters_, {})) waiter.notify({});
    if (closing_) close();
}

void TlsConnection::onDrained(std::function<void(error_code)> notify) {
    if (closed_) return notify(asio::error::operation_aborted);
    if (queuedBytes_ == 0) return notify({});
    waiters_.push_back({0, std::move(notify)});
}

void TlsConnection::abortWith(std::string last) {
    if (closing()) return;
    auto& wire = model::wireOf(*this);
    queue_.clear();
    queuedBytes_ = counted_ = 0;
    if (wire.dropped) wire.dropped();
    const auto owner = std::make_shared<const std::string>(std::move(last));
    push(owner, *owner, false);
    closeAfterDrain();
    flush();
}

void TlsConnection::closeAfterDrain() {
    if (closing()) return;
    closing_ = true;
    if (queuedBytes_ == 0) close();
}

void TlsConnection::close() {
    if (closed_) return;
    closed_ = true;
    queue_.clear();
    queuedBytes_ = counted_ = 0;
    if (auto& wire = model::wireOf(*this); wire.dropped) wire.dropped();
    for (auto& waiter : std::exchange(waiters_, {})) waiter.notify(asio::error::operation_aborted);
}

void TlsConnection::cut() noexcept { close(); }
void TlsConnection::expireIn(int) {}
void TlsConnection::tickIn(int) {}
int TlsConnection::tick() { return 0; }

}  // namespace deskline::net
