#include "net/listener.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <thread>

#include "net/transport/listening.hpp"

namespace deskline::net {
namespace {

using Steady = std::chrono::steady_clock;
constexpr auto readsPatience = std::chrono::milliseconds(500);    // for what is being read
constexpr auto lastAnswers = std::chrono::seconds(2);             // for clients to take what they are told at the end
constexpr auto lastTurns = std::chrono::seconds(1);               // for what is closed to notice it
constexpr auto hurriedPatience = std::chrono::milliseconds(100);  // for each stage, when there is no time

}  // namespace

Server::Server(ServerContext& context) : context_(context), shards_(context.shards) {}

Server::~Server() { stop(std::chrono::milliseconds(0)); }

Result<std::string> Server::listen(const std::string& address) {
    auto acceptor = bindTo(shards_[0]->io(), address);
    if (!acceptor) return acceptor.error();
    acceptor_ = std::make_unique<tcp::acceptor>(std::move(*acceptor));
    pause_ = std::make_unique<asio::steady_timer>(shards_[0]->io());
    error_code error;
    acceptor_->listen(4096, error);
    if (error) return cannotListen(address, error);
    const auto bound = acceptor_->local_endpoint();
    return urlOf(bound.address(), bound.port(), context_.api.basePath);
}

void Server::start() {
    started_ = true;
    for (auto& shard : shards_) shard->start();
    asio::post(shards_[0]->io(), [this] { accept(); });
}

// A connection's place among those that are counted, until it is gone.
class Server::Place {
public:
    Place(ServerContext& context, asio::ip::address peer) : context_(context), peer_(std::move(peer)) {
        ++context_.connections;
    }
    ~Place() {
        if (ofPeer_) context_.peers.left(peer_);
        --context_.connections;
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    bool granted() { return ofPeer_ = context_.peers.arrived(peer_); }  // false: its address has as many as it may

private:
    ServerContext& context_;
    const asio::ip::address peer_;
    bool ofPeer_ = false;
};

// Called again by `seeToIt` where there was no memory to wait for the next.
void Server::accept() {
    auto& shard = *shards_[next_];
    acceptor_->async_accept(shard.io(), [this, &shard](error_code error, tcp::socket socket) {
        accepting_ = false;
        if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) return;
        next_ = (next_ + 1) % shards_.size();
        if (!error) try {
                begin(shard, std::move(socket));
            } catch (const std::bad_alloc&) {
                error = make_error_code(boost::system::errc::not_enough_memory);
            }
        if (!error) return accept();
        // Out of descriptors or memory, or the client left: let others go on and try again.
        if (const auto times = failed_.happened())
            spdlog::warn("{} connections could not be accepted: {}", times, error.message());
        pause_->expires_after(std::chrono::milliseconds(50));
        pause_->async_wait([this](error_code ended) {
            if (!ended && !accepting_) accept();
        });
    });
    accepting_ = true;
}

void Server::seeToIt() {
    asio::post(shards_[0]->io(), [this] {
        if (!accepting_ && acceptor_->is_open()) accept();
    });
}

void Server::begin(Shard& shard, tcp::socket socket) {
    if (context_.connections >= context_.maxConnections + context_.crowd) {  // those within the crowd are told so
        if (const auto times = tooMany_.happened())
            spdlog::warn("{} connections were refused: there are {}, which is all that are served", times,
                         context_.maxConnections);
        return;
    }
    error_code error;
    const auto peer = socket.remote_endpoint(error).address();
    if (error) return;  // gone already
    auto place = std::make_shared<Place>(context_, peer);
    if (!place->granted()) {
        if (const auto times = tooManyOfOne_.happened())
            spdlog::warn(
                "{} connections were refused: [server] connections_per_address is reached, the last time by {}", times,
                peer.to_string());
        return;
    }
    asio::post(shard.io(),
               [this, &shard, place = std::move(place), socket = std::make_shared<tcp::socket>(std::move(socket))] {
                   if (shard.leaving() != Leaving::not_yet) return;
                   auto connection = std::shared_ptr<TlsConnection>(
                       new TlsConnection(std::move(*socket), context_.tls.load().get(), shard.wheel()),
                       [place](TlsConnection* ended) mutable {
                           delete ended;
                           place.reset();  // now: a weak pointer to the connection keeps this function for longer
                       });
                   asio::co_spawn(shard.io(), serveHttp(std::move(connection), shard, context_), asio::detached);
               });
}

void Server::reauthenticate() {
    for (auto& shard : shards_) asio::post(shard->io(), [&shard] { shard->reauthenticate(); });
}

void Server::leave(Leaving stage) {
    for (auto& shard : shards_) asio::post(shard->io(), [&shard, stage] { shard->leave(stage); });
}

bool Server::stop(std::chrono::milliseconds patience, const std::function<bool()>& hurried) {
    if (std::exchange(stopped_, true)) return true;
    const auto allGone = [&](Steady::time_point until) {  // before then
        const auto since = Steady::now();
        while (context_.connections > 0 || context_.streams > 0) {
            const auto time = Steady::now();
            if (time >= until || (hurried && hurried() && time >= since + hurriedPatience)) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return true;
    };
    if (!started_) {
        for (auto& shard : shards_) shard->stop();
        return true;
    }
    asio::post(shards_[0]->io(), [this] {
        error_code ignored;
        if (acceptor_) acceptor_->close(ignored);
    });
    const auto over = Steady::now() + patience;
    const std::pair<Leaving, Steady::time_point> stages[] = {
        {Leaving::begins, std::min(over, Steady::now() + readsPatience)},
        {Leaving::reads_over, over},
        {Leaving::over, over + lastAnswers}};
    bool gone = false;
    for (const auto& [stage, until] : stages) {
        leave(stage);  // none is left out, for connections that come from the acceptor meanwhile
        if ((gone = allGone(until))) break;
    }
    if (!gone) {
        leave(Leaving::now);
        gone = allGone(Steady::now() + lastTurns);
    }
    for (auto& shard : shards_) shard->stop();
    return gone;
}

}  // namespace deskline::net
