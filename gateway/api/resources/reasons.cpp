#include "api/resources/resources.hpp"

namespace deskline::api {

void listReasons(Context& context, Request, Respond respond) {
    boost::json::array items;
    for (const auto state :
         {SessionState::not_ready, SessionState::ready, SessionState::busy_wrapup, SessionState::session_ended}) {
        const auto list = context.reasons.lists.find(state);
        boost::json::array reasons;
        if (list != context.reasons.lists.end())
            for (const auto& reason : list->second) reasons.emplace_back(reason);
        items.push_back({{"state", name(state)},
                         {"required", context.reasons.required.contains(state)},
                         {"reasons", std::move(reasons)}});
    }
    respond({200, boost::json::object{{"items", std::move(items)}}});
}

}  // namespace deskline::api
