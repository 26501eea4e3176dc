// What is outside the API: health, readiness, metrics, problem pages, the web client. Thread: any; never blocks.
#pragma once
#include <string>
#include <vector>

#include "net/http/context.hpp"
#include "net/http/framing.hpp"

namespace deskline::net {

HttpResponse serveSite(const ServerContext& context, const HttpRequest& request);

// The Content-Security-Policy of pages: the gateway's own files alone, the identity provider's address for the page
// that signs in there, and who may show the page in a frame.
std::string contentPolicy(const std::string& issuer, const std::vector<std::string>& frameAncestors);

}  // namespace deskline::net
