#include "api/exchange.hpp"

namespace deskline::api {

Response problem(const Fault& fault, const std::string& requestId) {
    const auto& row = deskline::problem(fault.slug);
    boost::json::object body{{"type", "/problems/" + std::string(row.slug)}, {"title", row.title}, {"status", row.status}, {"detail", fault.detail}};
    if (!requestId.empty()) body["request"] = requestId;
    if (fault.hresult) {
        body["hresult"] = hex(*fault.hresult);
        if (!fault.symbol.empty()) body["symbol"] = fault.symbol;
    }
    if (fault.outcomeUnknown) body["outcome"] = "unknown";
    if (!fault.errors.empty()) body["errors"] = toJson(fault.errors);
    if (!fault.allowedStates.empty()) body["allowedStates"] = toJson(fault.allowedStates);
    body["remedy"] = row.remedy;
    Response response{row.status, std::move(body), {}, "application/problem+json"};
    response.slug = row.slug;
    response.withheld = fault.withheld;
    if (const int after = fault.retryAfter ? fault.retryAfter : row.retryAfter) response.headers.emplace_back("Retry-After", std::to_string(after));
    if (row.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"deskline\"");
    return response;
}

}  // namespace deskline::api
