// The listener and its shards. Accepting goes round over the shards; each connection stays where it was accepted.
// Thread: main's.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "net/http.hpp"

namespace deskline::net {

class Server {
public:
    Server(Site& site, events::Hub& hub, std::size_t shards);
    ~Server();

    // "127.0.0.1:8443", "[::1]:8443", port 0 takes a free one. The fault says which address and why.
    Result<std::string> listen(const std::string& address);
    void start();
    void askAgain();  // everybody who has a stream: who it is by now
    // Says goodbye to every stream, waits for connections to end at most `patience`, then stops the shards.
    void stop(std::chrono::milliseconds patience);

private:
    asio::awaitable<void> accept();

    Site& site_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::unique_ptr<tcp::acceptor> acceptor_;
    bool stopped_ = false;
};

}  // namespace deskline::net
