#include "events/subscription.hpp"

#include <algorithm>

namespace deskline::events {

const std::vector<std::string_view>& topics() {
    static const std::vector<std::string_view> all{"agent-session", "agent",        "agent-handler", "acd-group",   "queue",  "call",
                                                   "audio.session", "audio.device", "audio.ducking", "audio.meter", "source", "webhook"};
    return all;
}

bool covers(std::string_view prefix, std::string_view topic) {
    return topic.starts_with(prefix) && (topic.size() == prefix.size() || topic[prefix.size()] == '.');
}

bool Subscription::hears(std::string_view topic) const {
    return std::ranges::any_of(topics, [&](const std::string& asked) {
        if (topic == "audio.meter" && asked != topic) return false;  // only when asked for by name
        return covers(asked, topic);
    });
}

bool Subscription::sees(std::string_view topic, const std::string& agent) const {
    if (topic == "webhook") return !owners || owners->contains(agent);
    if (agent.empty()) return !scope || topic != "call";
    return (!scope || scope->contains(agent)) && (!only || only->contains(agent));
}

}  // namespace deskline::events
