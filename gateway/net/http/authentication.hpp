// Who asks, and from where: by a ticket, a bearer token, an API key or a client certificate, the same for REST and
// streams. A caller who is refused is counted and written into the audit; one who guesses has to wait
// (identity/throttle.hpp). Thread: the shard's.
#pragma once
#include <boost/asio/awaitable.hpp>

#include "net/http/context.hpp"
#include "net/http/framing.hpp"
#include "net/shard/shard.hpp"
#include "net/transport/tls_connection.hpp"

namespace deskline::net {

struct ClientInfo {
    std::string address;           // of the client, as trusted proxies tell it
    std::string origin;            // of the page that asks, for people to read
    bool mayAsk = true;            // no page, one of the gateway's own, or of an origin on the list
    std::string foreignHost = {};  // not the gateway's: the page would be its own but for that
    // Origin of a page of the gateway's that sends none; a browser says that it is one (Sec-Fetch-Site).
    std::string ownPage = {};
    std::vector<std::string> certificate;  // names in the client's certificate, verified; empty: none
    bool certificateHolds = true;          // still, by its end and the authorities and revocations of now
};
ClientInfo clientInfoOf(const HttpRequest& request, const TlsConnection& connection, const ServerContext& context);

// The fault when its origin may not ask at all.
std::optional<Fault> refusedOrigin(const ClientInfo& client, ServerContext& context);

// The answer is nobody where nothing was shown. `ticket`: from the query.
asio::awaitable<Result<std::optional<identity::Identity>>> authenticate(ServerContext& context, Shard& shard,
                                                                        const HttpRequest& request,
                                                                        const ClientInfo& client,
                                                                        const std::string* ticket);
// A token or key, as it stands in a header or in `hello`.
asio::awaitable<Result<identity::Identity>> verifyCredential(ServerContext& context, Shard& shard,
                                                             std::string credential, const ClientInfo& client);

Fault unknownCaller(ServerContext& context, const ClientInfo& client);  // nothing was shown where something must be

// What a stranger sent is beyond the limits: counted as a refused token, whatever it was meant to be.
Fault beyondLimits(ServerContext& context, const std::string& address, Fault fault);
// A handshake that failed because of the client's certificate.
void certificateRefused(ServerContext& context, const std::string& address, const std::string& why);

}  // namespace deskline::net
