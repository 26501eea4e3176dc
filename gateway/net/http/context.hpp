// What every connection works with: the API, the TLS context, limits, counters. Built for the application, lives as
// long as the listener. Thread: read-only after the start, apart from the counters.
#pragma once

#include <atomic>
#include <functional>
#include <set>
#include <string>

#include "api/context.hpp"
#include "net/http/shares.hpp"
#include "net/shard/shard.hpp"
#include "net/shard/watchers.hpp"
#include "net/transport/peers.hpp"
#include "net/transport/tls_context.hpp"

namespace deskline::net {

struct ServerContext {
    api::Context& api;
    Shards& shards;               // the threads that serve connections
    CurrentTls tls;               // of connections to come: replaced when the certificate is read again
    std::set<std::string> names;  // of this gateway, in small letters, as pages of its own may call it
    std::set<std::string> allowedOrigins;
    Networks trustedProxies{};
    Peers peers{{}, {}};
    Shares unread{64 << 20};    // bytes of answers that wait to be read, by account, or address where none is known
    Shares streamPlaces{};      // open streams by account
    std::string contentPolicy;  // Content-Security-Policy of pages
    std::string signIn;         // JSON: where the page may sign somebody in; "": nowhere
    std::size_t queueLimit = 1 << 20;  // bytes of any kind queued for one stream before it is closed as too slow
    std::size_t maxConnections = 20'000;
    std::size_t crowd = 256;  // connections beyond the limit that still get an answer
    int heartbeatSeconds = 25;
    bool compression = false;                 // permessage-deflate, where the client offers it
    std::size_t compressionThreshold = 1024;  // bytes; shorter frames go as they are
    Watchers meters{};                        // who looks at meters
    std::atomic<std::size_t> connections{0}, streams{0};
    std::atomic<std::uint64_t> requests{0}, slowClients{0}, refusedStreams{0}, refusedCommands{0};
};

}  // namespace deskline::net
