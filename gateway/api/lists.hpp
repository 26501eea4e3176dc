// Reading lists and single things out of the ledger's state, with paging (`limit` 1 to 500, default 100; `after` is opaque).
#pragma once
#include <algorithm>
#include <charconv>

#include "api/answers.hpp"
#include "api/exchange.hpp"
#include "api/gateway.hpp"
#include "model/values_json.hpp"

namespace deskline::api {

inline Fault notFound(const std::string& what) { return {"not-found", "There is no such " + what + "."}; }

inline Result<std::size_t> limitOf(const Request& request) {
    const auto found = request.query.find("limit");
    if (found == request.query.end()) return std::size_t{100};
    std::size_t limit = 0;
    const auto& text = found->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (error != std::errc() || end != text.data() + text.size() || limit < 1 || limit > 500)
        return Fault{"invalid-argument", "limit takes 1 to 500.", {}, {}, false, {{"?limit", "must be a whole number from 1 to 500"}}};
    return limit;
}

// `all`: picks the map out of the state; `visible`: whether an item is in the list.
template <class All, class Visible>
void list(Gateway& gateway, Request request, Respond respond, All all, Visible visible) {
    const auto limit = limitOf(request);
    if (!limit) return respond(problem(limit.error(), request.requestId));
    gateway.lastInterest = now().time_since_epoch().count();
    gateway.ledger.query([=, request = std::move(request), respond = std::move(respond)](const events::State& state, const std::string& cursor) {
        const auto& items = all(state);
        const auto after = request.query.find("after");
        boost::json::object body{{"items", boost::json::array{}}};
        auto& shown = body["items"].get_array();
        std::string last;
        for (auto item = after == request.query.end() ? items.begin() : items.upper_bound(after->second); item != items.end(); ++item) {
            if (!visible(state, item->second)) continue;
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

template <class Find, class Visible>
void single(Gateway& gateway, Request request, Respond respond, const char* what, Find find, Visible visible) {
    gateway.lastInterest = now().time_since_epoch().count();
    gateway.ledger.query([=, request = std::move(request), respond = std::move(respond)](const events::State& state, const std::string& cursor) {
        const auto* item = find(state, request.parameters[0]);
        if (!item || !visible(state, *item)) return respond(problem(notFound(what), request.requestId));
        Response response{200, toJson(*item), {{"Deskline-Cursor", cursor}}};
        if constexpr (requires { item->revision; }) response.headers.emplace_back("ETag", entityTag(item->revision));
        respond(std::move(response));
    });
}

template <class T>
const T* at(const std::map<std::string, T>& all, const std::string& id) {
    const auto found = all.find(id);
    return found == all.end() ? nullptr : &found->second;
}

// Agents see what is theirs: one rule for every list.
inline bool sees(const identity::Identity& identity, const std::string& agent) {
    const auto scope = identity::scope(identity);
    return !scope || scope->contains(agent);
}

}  // namespace deskline::api
