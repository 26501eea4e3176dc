#include "events/state.hpp"

#include "model/values_json.hpp"

namespace deskline::events {
namespace {

namespace json = boost::json;

// Nothing: it is not told whole, or not as this gateway writes it.
template <class T>
std::optional<T> told(const json::object& data) {
    const auto* value = data.if_contains(rowOf(kindOf<T>).member);
    if (!value) return std::nullopt;
    T item;
    std::vector<FieldError> errors;
    auto complete = *value;
    if (complete.is_object()) {  // an event of an older journal lacks what was added since
        if constexpr (requires { item.revision; }) complete.get_object().emplace("revision", 0);
        if constexpr (requires { item.present; }) complete.get_object().emplace("present", false);
    }
    fromJson(complete, item, "", errors);
    return errors.empty() ? std::optional(std::move(item)) : std::nullopt;
}

bool isOver(const auto&) { return false; }
bool isOver(const Call& call) { return deskline::isOver(call.state); }
bool isOver(const AudioSession& session) { return session.state == AudioSessionState::expired; }

// Whom it concerned.
void alsoRemember(State& state, const auto& thing, const Ownership& ownership) {
    constexpr auto kind = kindOf<std::decay_t<decltype(thing)>>;
    if constexpr (kind == Kind::agent || kind == Kind::agent_session)
        state.memberships[ownership.agent].insert(ownership.groups.begin(), ownership.groups.end());
}
void alsoRemember(State& state, const Call& call, const Ownership& ownership) {
    state.callOwnership[call.id] = ownership;
}

}  // namespace

json::object SourceState::capabilitiesJson() const {
    json::object all;
    for (const auto& [what, can] : capabilities) all[what] = can;
    return all;
}

const AgentSession* State::session(const SessionId& id) const {
    if (const auto open = all<AgentSession>().find(id); open != all<AgentSession>().end()) return &open->second;
    const auto gone = ended.find(id);
    return gone == ended.end() ? nullptr : &gone->second;
}

GroupName State::groupName(const std::string& idOrName) const {
    const auto known = all<AcdGroup>().find(GroupId(idOrName));
    return known == all<AcdGroup>().end() ? GroupName(idOrName) : known->second.name;
}

bool remember(State& state, Kind kind, const json::object& cloudEvent, const Ownership& ownership) {
    const auto* said = cloudEvent.if_contains("data");
    if (!said || !said->is_object()) return false;  // not of this gateway's writing
    const auto& data = said->get_object();
    const auto says = [&](std::string_view key, std::string_view value) {
        const auto* is = data.if_contains(key);
        return is && is->is_string() && std::string_view(is->get_string()) == value;
    };
    if (says("event", name(SessionEvent::end)) || says("event", name(AgentEvent::signed_out)) ||
        says("event", name(InventoryEvent::removed)) || says("change", name(AudioDeviceChange::removed)) ||
        says("change", name(AudioSessionChange::disconnected)))
        return false;
    bool known = false;
    forEachThing([&](auto of) {
        using T = typename decltype(of)::type;
        if (kindOf<T> != kind) return;
        auto item = told<T>(data);
        if (!item || isOver(*item)) return;
        alsoRemember(state, *item, ownership);
        auto id = item->id;
        (state.all<T>())[std::move(id)] = std::move(*item);
        known = true;
    });
    return known;
}

}  // namespace deskline::events
