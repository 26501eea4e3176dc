// Requests of the gateway to others: posts to receivers of webhooks, the keys of the identity provider. HTTP/1.1 over
// TLS with the host's trusted authorities, one connection for each. Where a name resolves to is checked before anything
// is sent, so that a webhook cannot reach what only the gateway's host may reach. Source: RFC 9110, RFC 9112, RFC 6125.
// Thread: its own; `post` and `get` any.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <thread>

#include "model/fault.hpp"
#include "outbound/post.hpp"
#include "outbound/resolver.hpp"

namespace deskline::outbound {

struct ClientOptions {
    bool allowPrivateNetworks = false;
    std::filesystem::path authorities;  // PEM, besides the host's; "": none
    std::string section;                // of the configuration, where these come from
    std::chrono::seconds timeout{15};   // for a whole exchange: names, redirects, everything
    Lookup lookup = lookUp;
};

class HttpsClient {
public:
    explicit HttpsClient(ClientOptions options);  // throws std::runtime_error where the authorities cannot be read
    ~HttpsClient();
    void stop();  // drops exchanges under way; their `done` is not called

    void post(Post post, std::function<void(PostOutcome)> done);
    // The content at an https address, up to 1 MiB; the fault (resource-unavailable) says why there is none.
    void get(const std::string& url, std::function<void(Result<std::string>)> done);

private:
    const ClientOptions options_;
    boost::asio::io_context io_{1};
    boost::asio::ssl::context tls_;
    Resolver resolver_{io_, options_.lookup};
    std::thread thread_;
};

}  // namespace deskline::outbound
