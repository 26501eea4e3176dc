#include "api/reasons.hpp"

#include <algorithm>

#include "model/text.hpp"

namespace deskline::api {
namespace {

std::optional<Fault> wrong(std::string detail) {
    return Fault{"invalid-argument", "/reason " + detail + ".", {}, {}, false, {{"/reason", std::move(detail)}}};
}

}  // namespace

std::optional<Fault> Reasons::check(SessionState state, const std::optional<std::string>& reason) const {
    const auto list = lists.find(state);
    const bool any = list == lists.end() || list->second.empty();
    std::string choices;
    if (!any)
        for (const auto& choice : list->second) choices += (choices.empty() ? "'" : ", '") + choice + "'";
    if (!reason)
        return required.contains(state)
                   ? wrong("is required for " + std::string(name(state)) + (any ? "" : ": one of " + choices))
                   : std::nullopt;
    if (characters(*reason) > longest) return wrong("must have at most 64 characters");
    if (!isPrintable(*reason, std::string::npos)) return wrong("must have no control characters");
    if (!any && std::ranges::find(list->second, *reason) == list->second.end())
        return wrong("must be one of " + choices);
    return std::nullopt;
}

}  // namespace deskline::api
