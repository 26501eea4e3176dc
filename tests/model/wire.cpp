#include "wire.hpp"

#include <map>

namespace deskline::model {
namespace {

std::map<const net::Channel*, Wire>& wires() {
    static std::map<const net::Channel*, Wire> all;
    return all;
}
void forget(const net::Channel* channel) { wires().erase(channel); }

}  // namespace

Wire& wireOf(const net::Channel& channel) { return wires()[&channel]; }

}  // namespace deskline::model

namespace deskline::net {

Channel::Channel(tcp::socket socket, SSL_CTX*, Wheel& wheel)
    : socket_(std::move(socket)), ssl_(nullptr), wheel_(wheel) {}
Channel::~Channel() { model::forget(this); }

Channel::Want Channel::handshake(error_code&) { return Want::nothing; }
std::size_t Channel::read(asio::mutable_buffer, Want& want, error_code&) {
    want = Want::read;
    return 0;
}
std::vector<std::string> Channel::certificateNames() const { return {}; }
std::string Channel::certificateFault() const { return {}; }
bool Channel::certificateHolds(SSL_CTX*) const { return true; }
bool Channel::certificateEnded() const { return false; }

void Channel::send(std::shared_ptr<const void> owner, std::string_view bytes) {
    if (closing() || overflown_ || bytes.empty()) return;
    if (!counting_ || queuedBytes_ == 0 || counted_ + bytes.size() <= limit_)
        return push(std::move(owner), bytes, counting_);
    overflown_ = true;
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
        if (const auto full = std::exchange(self->full_, nullptr); full && !self->closing()) full();
    });
}

void Channel::push(std::shared_ptr<const void> owner, std::string_view bytes, bool counts) {
    queue_.push_back({std::move(owner), bytes, counts});
    queuedBytes_ += bytes.size();
    if (counts) counted_ += bytes.size();
}

void Channel::limit(std::size_t bytes, std::function<void()> full) {
    limit_ = bytes;
    full_ = std::move(full);
}

void Channel::send(std::string bytes) {
    auto owner = std::make_shared<const std::string>(std::move(bytes));
    const std::string_view view = *owner;
    send(std::move(owner), view);
}

void Channel::flush() {
    auto& wire = model::wireOf(*this);
    if (closed_ || wire.slow) return;
    const auto self = weak_from_this().lock();
    queuedBytes_ = counted_ = 0;
    for (auto& piece : std::exchange(queue_, {}))
        if (wire.arrived) wire.arrived(piece.bytes);
    sent();
}

void Channel::sent() {
    for (auto& told : std::exchange(told_, {})) told.tell({});
    if (closing_) close();
}

void Channel::whenSent(std::function<void(error_code)> told) {
    if (closed_) return told(asio::error::operation_aborted);
    if (queuedBytes_ == 0) return told({});
    told_.push_back({0, std::move(told)});
}

void Channel::sever(std::string last) {
    if (closing()) return;
    auto& wire = model::wireOf(*this);
    queue_.clear();
    queuedBytes_ = counted_ = 0;
    if (wire.dropped) wire.dropped();
    const auto owner = std::make_shared<const std::string>(std::move(last));
    push(owner, *owner, false);
    closeWhenSent();
    flush();
}

void Channel::closeWhenSent() {
    if (closing()) return;
    closing_ = true;
    if (queuedBytes_ == 0) close();
}

void Channel::close() {
    if (closed_) return;
    closed_ = true;
    queue_.clear();
    queuedBytes_ = counted_ = 0;
    if (auto& wire = model::wireOf(*this); wire.dropped) wire.dropped();
    for (auto& told : std::exchange(told_, {})) told.tell(asio::error::operation_aborted);
}

void Channel::cut() noexcept { close(); }
void Channel::expireIn(int) {}
void Channel::tickIn(int) {}
int Channel::tick() { return 0; }

void teardown(boost::beast::role_type, Stream&, error_code& error) { error = {}; }

}  // namespace deskline::net
