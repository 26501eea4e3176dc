// Who asks, and from where: by a ticket, a bearer token, an API key or a client certificate, the same for REST and streams. Whoever is
// refused is counted, written into the audit, and after too many failures from one address has to wait. Thread: the shard's.
#pragma once
#include <boost/asio/awaitable.hpp>

#include "net/http.hpp"

namespace deskline::net {

struct From {
    std::string address, origin;
    bool ownPage = false;                  // a browser says that a page of this gateway asks, though it sends no Origin (Sec-Fetch-Site)
    std::vector<std::string> certificate;  // names in the client's certificate, verified; empty: none
};
From fromOf(const HttpRequest& request, const Channel& channel, const Site& site);

// The fault when its origin may not ask at all.
std::optional<Fault> refusedOrigin(const From& from, const HttpRequest& request, Site& site);

// The answer is nobody where nothing was shown. `ticket`: from the query.
asio::awaitable<Result<std::optional<identity::Identity>>> whoAsks(Site& site, Shard& shard, const HttpRequest& request, const From& from,
                                                                   const std::string* ticket);
// A token or key, as it stands in a header or in `hello`.
asio::awaitable<Result<identity::Identity>> believed(Site& site, Shard& shard, std::string credential, const From& from);

Fault unknownCaller(Site& site, const From& from);  // nothing was shown where something must be

// What a stranger sent is beyond the limits: whatever it was meant to show.
Fault beyondLimits(Site& site, const std::string& address, Fault fault);
// A handshake that failed because of the client's certificate.
void certificateRefused(Site& site, const std::string& address, const std::string& why);

}  // namespace deskline::net
