// Everything that the listener serves: the API, the stream, health, metrics, problem pages and the web client.
// Built by main, lives as long as the server. Thread: read-only after the start, apart from the counters.
#pragma once

#include <atomic>
#include <functional>
#include <set>
#include <span>
#include <string>

#include "api/gateway.hpp"
#include "net/peers.hpp"
#include "net/tls.hpp"
#include "net/watchers.hpp"

namespace deskline::net {

struct Asset {  // a file of the web client, built into the program
    std::string_view path, type, bytes;
    std::string_view gzipped;  // the same, compressed; empty: there is none
    std::string_view tag;      // its ETag
};
std::span<const Asset> assets();

struct Site {
    api::Gateway& gateway;
    CurrentTls tls;               // of connections to come: replaced when the certificate is read again
    std::set<std::string> names;  // of this gateway, in small letters, as pages of its own may call it
    std::set<std::string> allowedOrigins;
    Networks trustedProxies{};
    Peers peers{{}, {}};
    std::string contentPolicy;         // Content-Security-Policy of pages
    std::string signIn;                // JSON: where the page may sign somebody in; "": nowhere
    std::size_t queueLimit = 1 << 20;  // bytes of any kind queued for one stream before it is closed as too slow
    std::size_t maxConnections = 20'000;
    std::size_t crowd = 256;  // connections beyond the limit that still get an answer
    int heartbeatSeconds = 25;
    bool compression = false;                 // permessage-deflate, where the client offers it
    std::size_t compressionThreshold = 1024;  // bytes; shorter frames go as they are
    Watchers meters{};                        // who looks at meters
    std::atomic<std::size_t> connections{0}, streams{0};
    std::atomic<std::uint64_t> requests{0}, slowClients{0}, refusedCommands{0};
};

// Nothing but the gateway's own files; the identity provider's address, for the page that signs in there; who may show the page in a frame.
std::string contentPolicy(const std::string& issuer, const std::vector<std::string>& frameAncestors);

}  // namespace deskline::net
