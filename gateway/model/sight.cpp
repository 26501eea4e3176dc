#include "model/sight.hpp"

#include <algorithm>

namespace deskline {

const std::vector<std::string_view>& topics() {
    static const std::vector<std::string_view> all{"agent-session", "agent",        "agent-handler", "acd-group",   "queue",  "call",
                                                   "audio.session", "audio.device", "audio.ducking", "audio.meter", "source", "webhook"};
    return all;
}

bool Sight::sees(std::string_view topic, const Concern& concern) const {
    const auto found = topics.find(topic);
    if (found == topics.end()) return false;
    const bool own = topic == "webhook" ? concern.agent == account : agents.contains(concern.agent);
    switch (found->second) {
        case Reach::none: return false;
        case Reach::own: return own;
        case Reach::groups: return own || std::ranges::any_of(concern.groups, [&](const std::string& group) { return groups.contains(group); });
        case Reach::all: return true;
    }
    return false;
}

const Sight& Sight::everything() {
    static const Sight sight = [] {
        Sight all;
        for (const auto topic : deskline::topics()) all.topics.emplace(topic, Reach::all);
        all.topics.emplace("address", Reach::all);
        return all;
    }();
    return sight;
}

}  // namespace deskline
