// Answers as HTTP: what every one of them has, those of the API, refusals, what a resource allows. Source: RFC 9110,
// Fetch (CORS). Thread: any.
#pragma once
#include <string>

#include "api/request.hpp"
#include "net/http/authentication.hpp"
#include "net/http/context.hpp"
#include "net/http/framing.hpp"

namespace deskline::net {

// With the fields that every answer has, compressed where that is safe and wanted.
HttpResponse finish(HttpResponse response, const HttpRequest& request, const ClientInfo& client,
                    const ServerContext& context);
HttpResponse plain(api::Response answer);
HttpResponse refuse(const Fault& fault);
// What a resource allows; for a browser that asks before it sends (CORS), also which headers.
HttpResponse options(const HttpRequest& request, const std::string& methods);

}  // namespace deskline::net
