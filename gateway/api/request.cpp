#include "api/request.hpp"

#include <algorithm>
#include <set>

#include "model/text.hpp"

namespace deskline::api {
namespace {

constexpr std::size_t mostErrors = 20;                     // that are named
constexpr std::string_view knownFields = "; known are: ";  // as model/json.hpp says it
constexpr std::size_t longestRequestId = 128, longestPointer = 40, longestDetail = 1536, longestFieldDetail = 512,
                      longestErrors = 3584;  // bytes

}  // namespace

std::string requestIdFrom(const Request& request, std::string otherwise) {
    auto given = request.header("x-request-id");
    const bool visible = std::ranges::all_of(given, [](char c) { return c > 0x20 && c < 0x7f; });
    return !given.empty() && given.size() <= longestRequestId && visible ? given : otherwise;
}

// A body of 64 KiB may have thousands of fields that nobody knows: the first 20 are named, the others counted, and what
// is known said once.
Fault unfitBody(std::vector<FieldError> errors) {
    std::set<std::string> said;
    const auto count = errors.size();
    errors.resize(std::min(count, mostErrors));
    for (auto& [pointer, detail] : errors) {
        pointer = printable(pointer, longestPointer);
        if (const auto known = detail.find(knownFields); known != std::string::npos && !said.insert(detail).second)
            detail.resize(known);
    }
    if (count > mostErrors)
        errors.push_back({"", "has " + std::to_string(count - mostErrors) + " more that do not fit"});
    std::string detail = "The body does not fit:";
    for (const auto& e : errors) detail += " " + (e.pointer.empty() ? "it" : e.pointer) + " " + e.detail + ";";
    detail.back() = '.';
    return {"invalid-argument", std::move(detail), {}, {}, false, std::move(errors)};
}

Response problem(const Fault& fault, const std::string& requestId) {
    const auto& row = fault.slug.problem();
    boost::json::object body{{"type", "/problems/" + std::string(row.slug)},
                             {"title", row.title},
                             {"status", row.status},
                             {"detail", printable(fault.detail, longestDetail)}};
    if (!requestId.empty()) body["request"] = requestId;
    if (fault.hresult) {
        body["hresult"] = hex(*fault.hresult);
        if (!fault.symbol.empty()) body["symbol"] = fault.symbol;
    }
    if (fault.outcomeUnknown) body["outcome"] = "unknown";
    if (!fault.errors.empty()) {
        auto& errors = body["errors"].emplace_array();
        std::size_t bytes = 0;
        for (const auto& [pointer, detail] : fault.errors) {
            auto error = toJson(FieldError{printable(pointer), printable(detail, longestFieldDetail)});
            bytes += boost::json::serialize(error).size() + 1;
            if (bytes > longestErrors) break;
            errors.push_back(std::move(error));
        }
    }
    if (!fault.allowedStates.empty()) body["allowedStates"] = toJson(fault.allowedStates);
    body["remedy"] = row.remedy;
    Response response{row.status, std::move(body), {}, "application/problem+json"};
    response.slug = row.slug;
    response.withheld = fault.withheld;
    if (const int after = fault.retryAfter ? fault.retryAfter : row.retryAfter)
        response.headers.emplace_back("Retry-After", std::to_string(after));
    if (row.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"deskline\"");
    return response;
}

}  // namespace deskline::api
