// Posts to receivers of webhooks: HTTP/1.1 over TLS with the host's trusted authorities, one connection for each post. Where a name resolves
// to is checked before anything is sent, so that a webhook cannot reach what only the gateway's host may reach.
// Source: RFC 9110, RFC 9112, RFC 6125. Thread: its own; `send` any.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <thread>

#include "api/webhooks.hpp"

namespace deskline::net {

struct PosterOptions {
    bool allowPrivateNetworks = false;
    std::filesystem::path authorities;  // PEM, besides the host's; "": none
    std::chrono::seconds timeout{15};   // for a whole post
};

class Poster {
public:
    explicit Poster(PosterOptions options);  // throws std::runtime_error where the authorities cannot be read
    ~Poster();

    void send(api::Post post, std::function<void(api::PostOutcome)> done);

private:
    const PosterOptions options_;
    boost::asio::io_context io_{1};
    boost::asio::ssl::context tls_;
    std::thread thread_;
};

// Loopback, private, link-local, unspecified and multicast addresses: not on the public internet (RFC 6890, RFC 4193).
bool isPrivate(const boost::asio::ip::address& address);

}  // namespace deskline::net
