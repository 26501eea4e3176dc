#include "net/server.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <thread>

namespace deskline::net {
namespace {

constexpr std::size_t crowd = 256;  // connections beyond the limit that still get an answer

}  // namespace

Server::Server(Site& site, events::Hub& hub, std::size_t shards) : site_(site) {
    for (std::size_t i = 0; i < std::max<std::size_t>(shards, 1); ++i) shards_.push_back(std::make_unique<Shard>(hub));
}

Server::~Server() { stop(std::chrono::milliseconds(0)); }

Result<std::string> Server::listen(const std::string& address) {
    const auto wrong = [&](const std::string& what) { return Fault{"configuration", "[server] listen = \"" + address + "\": " + what}; };
    const auto colon = address.rfind(':');
    unsigned short port = 0;
    if (colon == std::string::npos) return wrong("it must be address:port, such as 127.0.0.1:8443.");
    const auto [end, bad] = std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
    if (bad != std::errc() || end != address.data() + address.size()) return wrong("the port must be a number from 0 to 65535.");
    auto host = address.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    error_code error;
    const auto ip = asio::ip::make_address(host, error);
    if (error) return wrong("'" + host + "' is not an IP address.");
    const tcp::endpoint endpoint(ip, port);
    acceptor_ = std::make_unique<tcp::acceptor>(shards_[0]->io());
    acceptor_->open(endpoint.protocol(), error);
#ifndef _WIN32  // there SO_REUSEADDR would let two gateways share the port
    if (!error) acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
#endif
    if (!error) acceptor_->bind(endpoint, error);
    if (!error) acceptor_->listen(4096, error);
    if (error == asio::error::address_in_use) return wrong("the port is in use; is another gateway running? Choose another port, or end the other program.");
    if (error) return wrong(error.message() + ".");
    const auto bound = acceptor_->local_endpoint();
    return Result<std::string>(boost::system::in_place_value, "https://" + (ip.is_v6() ? "[" + ip.to_string() + "]" : ip.to_string()) + ":" +
                                                                  std::to_string(bound.port()) + site_.gateway.basePath);
}

void Server::start() {
    for (auto& shard : shards_) shard->start();
    asio::co_spawn(shards_[0]->io(), accept(), asio::detached);
}

asio::awaitable<void> Server::accept() {
    for (std::size_t next = 0;; next = (next + 1) % shards_.size()) {
        error_code error;
        auto& shard = *shards_[next];
        auto socket = co_await acceptor_->async_accept(shard.io(), asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) co_return;
        if (error) {  // out of descriptors, or the client left: let others go on and try again
            spdlog::warn("a connection could not be accepted: {}", error.message());
            asio::steady_timer pause(shards_[0]->io(), std::chrono::milliseconds(50));
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
            continue;
        }
        if (site_.connections >= site_.maxConnections + crowd) {  // those within the crowd are told so
            spdlog::warn("a connection was refused: [server] max_connections = {} is reached", site_.maxConnections);
            continue;
        }
        const auto peer = socket.remote_endpoint(error).address();
        if (error) continue;  // gone already
        if (!site_.peers.arrived(peer)) {
            spdlog::warn("a connection was refused: [server] connections_per_address is reached by {}", peer.to_string());
            continue;
        }
        asio::post(shard.io(), [this, &shard, peer, socket = std::make_shared<tcp::socket>(std::move(socket))] {
            ++site_.connections;
            auto channel = std::shared_ptr<Channel>(new Channel(std::move(*socket), site_.tls.load().get(), shard.wheel()), [this, peer](Channel* gone) {
                delete gone;
                site_.peers.left(peer);
                --site_.connections;
            });
            asio::co_spawn(shard.io(), serveHttp(std::move(channel), shard, site_), asio::detached);
        });
    }
}

void Server::askAgain() {
    for (auto& shard : shards_) asio::post(shard->io(), [&shard] { shard->askAgain(); });
}

void Server::stop(std::chrono::milliseconds patience) {
    if (std::exchange(stopped_, true)) return;
    asio::post(shards_[0]->io(), [this] {
        error_code ignored;
        if (acceptor_) acceptor_->close(ignored);
    });
    for (auto& shard : shards_) asio::post(shard->io(), [&shard] { shard->goAway(); });
    const auto until = std::chrono::steady_clock::now() + patience;
    while (site_.streams > 0 && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    for (auto& shard : shards_) shard->stop();
}

}  // namespace deskline::net
