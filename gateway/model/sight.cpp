#include "model/sight.hpp"

#include <algorithm>
#include <stdexcept>

#include "model/names.hpp"

namespace deskline {
namespace {

std::size_t placeOf(std::string_view topic) {  // beyond the last: there is no such topic
    if (topic == "address") return allTopics.size();
    const auto found = static_cast<std::size_t>(std::ranges::find(allTopics, topic) - allTopics.begin());
    return found == allTopics.size() ? allTopics.size() + 1 : found;
}

}  // namespace

void Sight::give(std::string_view topic, Reach reach) { reaches_.at(placeOf(topic)) = reach; }

Reach Sight::reach(std::string_view topic) const {
    const auto place = placeOf(topic);
    return place < reaches_.size() ? reaches_[place] : Reach::none;
}

bool Sight::sees(std::string_view topic, const Concern& concern) const {
    const auto own = [&] { return topic == "webhook" ? concern.agent == owner_ : agents_.contains(concern.agent); };
    switch (reach(topic)) {
        case Reach::none: return false;
        case Reach::own: return own();
        case Reach::groups: return own() || std::ranges::any_of(concern.groups, [&](const std::string& group) { return groups_.contains(group); });
        case Reach::all: return true;
    }
    return false;
}

std::string Sight::text() const {
    std::string text;
    const auto add = [&](std::string_view part) { text.append(std::to_string(part.size())).append(":").append(part); };
    for (const auto topic : allTopics) add(name(reach(topic)));
    add(name(reach("address")));
    for (const auto* some : {&agents_, &groups_}) {
        add(std::to_string(some->size()));
        for (const auto& one : *some) add(one);
    }
    add(account_);
    if (owner_ != account_) add(owner_);
    return text;
}

const Sight& Sight::everything() {
    static const Sight sight = [] {
        Sight all;
        all.reaches_.fill(Reach::all);
        return all;
    }();
    return sight;
}

}  // namespace deskline
