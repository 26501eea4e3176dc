// Reading lists and single things out of the ledger's state, with paging (`limit` 1 to 500, default 100; `after` is
// opaque). Thread: any; the state is read, and the answer given, on the ledger's.
#pragma once
#include <algorithm>

#include "api/answers.hpp"
#include "api/authorization.hpp"
#include "api/request.hpp"
#include "events/ownership.hpp"
#include "model/number.hpp"
#include "model/values_json.hpp"

namespace deskline::api {

// A query parameter; "": it was not given.
inline std::string parameterOf(const Request& request, const char* name) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? "" : found->second;
}

inline Result<std::size_t> limitOf(const Request& request) {
    const auto found = request.query.find("limit");
    if (found == request.query.end()) return std::size_t{100};
    const auto limit = numberIn<std::size_t>(found->second, 1, 500);
    if (!limit)
        return Fault{"invalid-argument",
                     "limit takes 1 to 500.",
                     {},
                     {},
                     false,
                     {{"?limit", "must be a whole number from 1 to 500"}}};
    return *limit;
}

// Of all of a kind: what the caller may see and `wanted` takes.
template <class T, class Wanted>
void listWhere(Context& context, Request request, Respond respond, Wanted wanted) {
    const auto limit = limitOf(request);
    if (!limit) return respond(problem(limit.error(), request.requestId));
    context.interest.shown();
    auto visibility = context.policy.visibility(request.identity);
    context.ledger.query([=, visibility = std::move(visibility), request = std::move(request),
                          respond = std::move(respond)](const events::State& state, const std::string& cursor) {
        const auto& items = state.all<T>();
        const auto after = request.query.find("after");
        boost::json::object body{{"items", boost::json::array{}}};
        auto& shown = body["items"].get_array();
        std::string last;
        for (auto item = after == request.query.end() ? items.begin() : items.upper_bound(IdOf<T>(after->second));
             item != items.end(); ++item) {
            if (!wanted(item->second) || !events::sees(visibility, state, item->second)) continue;
            if (shown.size() == *limit) {
                body["next"] = last;
                break;
            }
            shown.push_back(toJson(item->second));
            last = item->first;
        }
        respond({200, std::move(body), {{"Deskline-Cursor", cursor}}});
    });
}

// GET of a collection and of one of it, of any kind that the state has a list of.
template <class T>
void list(Context& context, Request request, Respond respond) {
    listWhere<T>(context, std::move(request), std::move(respond), [](const T&) { return true; });
}

template <class T>
void single(Context& context, Request request, Respond respond) {
    context.interest.shown();
    auto visibility = context.policy.visibility(request.identity);
    context.ledger.query([visibility = std::move(visibility), request = std::move(request),
                          respond = std::move(respond)](const events::State& state, const std::string& cursor) {
        const auto* item = state.find<T>(IdOf<T>(request.parameters[0]));
        if (!item) return respond(problem(notFound(kindOf<T>), request.requestId));
        if (!events::sees(visibility, state, *item))
            return respond(problem(withheld(notFound(kindOf<T>)), request.requestId));
        Response response{200, toJson(*item), {{"Deskline-Cursor", cursor}}};
        if constexpr (requires { item->revision; }) response.headers.emplace_back("ETag", entityTag(item->revision));
        respond(std::move(response));
    });
}

}  // namespace deskline::api
