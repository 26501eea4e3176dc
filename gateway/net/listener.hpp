// The listener and its shards. Accepting goes round over the shards; each connection stays where it was accepted.
// Thread: main's.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/session.hpp"
#include "net/transport/seldom.hpp"

namespace deskline::net {

class Server {
public:
    explicit Server(ServerContext& context);  // outlives it, with its shards
    ~Server();

    // "127.0.0.1:8443", "[::1]:8443", port 0 takes a free one. The fault says which address and why.
    Result<std::string> listen(const std::string& address);
    void start();
    void seeToIt();         // each second: accepts again where it had stopped for want of memory
    void reauthenticate();  // everybody who has a stream: who it is by now
    // Answers or closes everything that is open, stage by stage (leaving.hpp), then stops the shards: within `patience`
    // for whatever is being carried out, and a few seconds more for clients that do not read. `hurried`: asked
    // meanwhile; once true, no stage waits for anybody. False: something was still open, and what it uses must not be
    // destroyed.
    bool stop(std::chrono::milliseconds patience, const std::function<bool()>& hurried = {});

private:
    class Place;
    void accept();
    void begin(Shard& shard, tcp::socket socket);
    void leave(Leaving stage);

    ServerContext& context_;
    Shards& shards_;
    std::unique_ptr<tcp::acceptor> acceptor_;  // it and what follows: the first shard's thread
    std::unique_ptr<asio::steady_timer> pause_;
    std::size_t next_ = 0;  // the shard of the next connection
    bool accepting_ = false;
    Seldom failed_, tooMany_, tooManyOfOne_;
    bool started_ = false, stopped_ = false;
};

}  // namespace deskline::net
