#include "events/subscription.hpp"

#include <algorithm>

namespace deskline::events {

bool covers(std::string_view prefix, std::string_view topic) {
    return topic.starts_with(prefix) && (topic.size() == prefix.size() || topic[prefix.size()] == '.');
}

bool Subscription::hears(Kind kind) const {
    return std::ranges::any_of(topics, [topic = topicOf(kind), kind](const std::string& asked) {
        if (kind == Kind::audio_meter && asked != topic) return false;  // only when asked for by name
        return covers(asked, topic);
    });
}

bool isOfAgents(Kind kind) { return kind == Kind::agent || kind == Kind::agent_session || kind == Kind::call; }

bool Subscription::sees(Kind kind, const Ownership& ownership) const {
    const bool asked =
        !only || ofAccounts(kind) || (ownership.agent.empty() ? !isOfAgents(kind) : only->contains(ownership.agent));
    return asked && visibility.sees(kind, ownership);
}

}  // namespace deskline::events
