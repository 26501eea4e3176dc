#include "net/http/response.hpp"

#include "api/headers.hpp"
#include "model/text.hpp"
#include "net/http/gzip.hpp"

namespace deskline::net {
namespace {

constexpr std::size_t worthCompressing = 1024;  // bytes

// What another site's page asks for is not compressed: the length of an answer would tell what is in it (BREACH).
bool asksFromElsewhere(const HttpRequest& request) {
    const std::string_view referer = request[http::field::referer], own = request[http::field::host];
    return request["Sec-Fetch-Site"] == "cross-site" ||
           (!referer.empty() && !referer.starts_with("https://" + std::string(own) + "/"));
}

void compress(HttpResponse& response, std::string_view acceptEncoding) {
    if (response.body().size() < worthCompressing || response.count(http::field::content_encoding)) return;
    response.insert(http::field::vary, "Accept-Encoding");
    if (api::acceptedCoding(acceptEncoding, "gzip") == 0) return;
    response.body() = gzip(response.body());
    response.set(http::field::content_encoding, "gzip");
}

}  // namespace

HttpResponse finish(HttpResponse response, const HttpRequest& request, const ClientInfo& client,
                    const ServerContext& context) {
    response.version(11);
    response.keep_alive(request.keep_alive() && !context.api.draining);
    response.set(http::field::server, "Deskline");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Strict-Transport-Security", "max-age=31536000");
    if (const auto origin = request[http::field::origin]; !origin.empty() && client.mayAsk) {
        response.set(http::field::access_control_allow_origin, origin);
        response.insert(http::field::vary, "Origin");
        response.set(http::field::access_control_expose_headers,
                     "Location, Retry-After, X-Request-Id, Deskline-Cursor, Preference-Applied, ETag, "
                     "Idempotency-Replayed, RateLimit, RateLimit-Policy");
    }
    if (!asksFromElsewhere(request)) compress(response, request[http::field::accept_encoding]);
    if (request.method() == http::verb::head) {
        const auto length = response.body().size();
        response.body().clear();
        response.content_length(length);
    } else {
        response.prepare_payload();
    }
    return response;
}

HttpResponse plain(api::Response answer) {
    HttpResponse response{static_cast<http::status>(answer.status), 11};
    for (auto& [name, value] : answer.headers) response.set(name, value);
    if (!answer.body.is_null() || !answer.text.empty()) {
        response.set(http::field::content_type, answer.contentType);
        response.set(http::field::cache_control, "no-store");
        response.body() = answer.text.empty() ? boost::json::serialize(answer.body) : std::move(answer.text);
        response.body() += '\n';
    }
    return response;
}

HttpResponse options(const HttpRequest& request, const std::string& methods) {
    HttpResponse response{http::status::no_content, 11};
    response.set(http::field::allow, methods);
    if (request[http::field::origin].empty()) return response;
    response.set(http::field::access_control_allow_methods, methods);
    const std::string_view wanted = request[http::field::access_control_request_headers];
    const bool repeated = !wanted.empty() && wanted.size() <= longestShown;
    response.set(http::field::access_control_allow_headers,
                 repeated ? wanted : "Authorization, Content-Type, Idempotency-Key, If-Match, Prefer, X-Request-Id");
    response.set(http::field::access_control_max_age, "600");
    return response;
}

HttpResponse refuse(const Fault& fault) { return plain(api::problem(fault, "")); }

}  // namespace deskline::net
