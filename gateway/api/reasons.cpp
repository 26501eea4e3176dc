#include "api/reasons.hpp"

#include <algorithm>

#include "api/resources.hpp"
#include "model/text.hpp"

namespace deskline::api {
namespace {

std::optional<Fault> wrong(std::string detail) { return Fault{"invalid-argument", "/reason " + detail + ".", {}, {}, false, {{"/reason", std::move(detail)}}}; }

}  // namespace

std::optional<Fault> Reasons::check(SessionState state, const std::optional<std::string>& reason) const {
    const auto list = lists.find(state);
    const bool any = list == lists.end() || list->second.empty();
    std::string choices;
    if (!any)
        for (const auto& choice : list->second) choices += (choices.empty() ? "'" : ", '") + choice + "'";
    if (!reason) return required.contains(state) ? wrong("is required for " + std::string(name(state)) + (any ? "" : ": one of " + choices)) : std::nullopt;
    if (characters(*reason) > longest) return wrong("must have at most 64 characters");
    if (!isPrintable(*reason, std::string::npos)) return wrong("must have no control characters");
    if (!any && std::ranges::find(list->second, *reason) == list->second.end()) return wrong("must be one of " + choices);
    return std::nullopt;
}

void listReasons(Gateway& gateway, Request, Respond respond) {
    boost::json::array items;
    for (const auto state : {SessionState::not_ready, SessionState::ready, SessionState::busy_wrapup, SessionState::session_ended}) {
        const auto list = gateway.reasons.lists.find(state);
        boost::json::array reasons;
        if (list != gateway.reasons.lists.end())
            for (const auto& reason : list->second) reasons.emplace_back(reason);
        items.push_back({{"state", name(state)}, {"required", gateway.reasons.required.contains(state)}, {"reasons", std::move(reasons)}});
    }
    respond({200, boost::json::object{{"items", std::move(items)}}});
}

}  // namespace deskline::api
