#include "model/sight.hpp"

#include <algorithm>

#include "model/names.hpp"

namespace deskline {

bool Sight::sees(Kind kind, const Concern& concern) const {
    const auto own = [&] { return kind == Kind::webhook ? concern.owner == owner_ : agents_.contains(concern.agent); };
    switch (reach(kind)) {
        case Reach::none: return false;
        case Reach::own: return own();
        case Reach::groups:
            return own() ||
                   std::ranges::any_of(concern.groups, [&](const GroupName& group) { return groups_.contains(group); });
        case Reach::all: return true;
    }
    return false;
}

std::string Sight::text() const {
    std::string text;
    const auto add = [&](std::string_view part) { text.append(std::to_string(part.size())).append(":").append(part); };
    for (const auto& row : kindRows) add(name(reach(row.kind)));
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

const Sight& Sight::everything() {
    static const Sight sight = [] {
        Sight all;
        all.reaches_.fill(Reach::all);
        return all;
    }();
    return sight;
}

}  // namespace deskline
