// What is outside the API: health, readiness, metrics, problem pages, the web client. Thread: any; never blocks.
#pragma once
#include <string>
#include <vector>

#include "net/http/context.hpp"
#include "net/http/framing.hpp"

namespace deskline::net {

HttpResponse serveSite(const ServerContext& context, const HttpRequest& request);

// Nothing but the gateway's own files; the identity provider's address, for the page that signs in there; who may show
// the page in a frame.
std::string contentPolicy(const std::string& issuer, const std::vector<std::string>& frameAncestors);

}  // namespace deskline::net
