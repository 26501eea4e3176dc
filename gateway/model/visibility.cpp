#include "model/visibility.hpp"

#include <algorithm>

#include "model/names.hpp"

namespace deskline {

bool Visibility::reaches(AccessLevel level, const Ownership& ownership) const {
    const auto own = [&] {
        if (!ownership.owner.empty()) return ownership.owner == owner_;
        return !ownership.agent.empty() && agents_.contains(ownership.agent);
    };
    switch (level) {
        case AccessLevel::none: return false;
        case AccessLevel::own: return own();
        case AccessLevel::groups:
            return own() || std::ranges::any_of(ownership.groups,
                                                [&](const GroupName& group) { return groups_.contains(group); });
        case AccessLevel::all: return true;
    }
    return false;
}

std::string Visibility::text() const {
    std::string text;
    const auto add = [&](std::string_view part) { text.append(std::to_string(part.size())).append(":").append(part); };
    for (const auto& row : kindRows) add(name(level(row.kind)));
    const auto addAll = [&](const auto& some) {
        add(std::to_string(some.size()));
        for (const auto& one : some) add(one);
    };
    addAll(agents_);
    addAll(groups_);
    add(account_);
    if (owner_ != account_) add(owner_);
    return text;
}

const Visibility& Visibility::everything() {
    static const Visibility visibility = [] {
        Visibility all;
        all.levels_.fill(AccessLevel::all);
        return all;
    }();
    return visibility;
}

}  // namespace deskline
