// Which pages are the gateway's own. A page's origin is `https://` and the host that the browser asked for, which a
// proxy passes on as Host whatever it is; so Host counts only where it is a name of this gateway. Source: RFC 6454 §7,
// RFC 9110 §7.2. Thread: the shard's.
#pragma once
#include "net/http/context.hpp"
#include "net/transport/tls_connection.hpp"

namespace deskline::net {

// A name of the configuration (ServerContext::names), one of the certificate's, or the address that the connection came
// in on.
bool isOwnHost(const ServerContext& context, const TlsConnection& connection, std::string_view host);

bool isOriginOf(std::string_view host, std::string_view origin);
std::string originOf(std::string_view host);  // "desk.example:443" → "https://desk.example"

}  // namespace deskline::net
