#include "events/subscription.hpp"

#include <algorithm>

namespace deskline::events {

bool covers(std::string_view prefix, std::string_view topic) {
    return topic.starts_with(prefix) && (topic.size() == prefix.size() || topic[prefix.size()] == '.');
}

bool Subscription::hears(std::string_view topic) const {
    return std::ranges::any_of(topics, [&](const std::string& asked) {
        if (topic == "audio.meter" && asked != topic) return false;  // only when asked for by name
        return covers(asked, topic);
    });
}

bool isOfAgents(std::string_view topic) { return topic == "agent" || topic == "agent-session" || topic == "call"; }

bool Subscription::sees(std::string_view topic, const Concern& concern) const {
    const bool asked = !only || topic == "webhook" || (concern.agent.empty() ? !isOfAgents(topic) : only->contains(concern.agent));
    return asked && sight.sees(topic, concern);
}

}  // namespace deskline::events
