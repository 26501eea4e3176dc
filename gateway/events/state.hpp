// What the gateway knows at a cursor, and the events of its change. Only the ledger writes it. Thread: the ledger's.
#pragma once
#include <boost/json.hpp>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include "events/cause.hpp"
#include "events/frame.hpp"
#include "model/fact.hpp"
#include "model/visibility.hpp"

namespace deskline::events {

struct SourceState {
    bool connected = false;
    std::map<std::string, bool> capabilities;
    std::optional<Fault> fault;
    boost::json::object capabilitiesJson() const;
};

struct State {
    std::map<AgentId, Agent> agents;
    std::map<SessionId, AgentSession> sessions;
    std::map<SessionId, AgentSession> ended;  // the last few, so that an answer can still show one
    std::deque<SessionId> endedOrder;
    std::map<HandlerId, AgentHandler> handlers;
    std::map<GroupId, AcdGroup> groups;
    std::map<QueueId, Queue> queues;
    std::map<AddressId, Address> addresses;
    std::map<CallId, Call> calls;
    std::map<CallId, Ownership>
        callOwnership;  // whom a call concerned when it was told last: its session may be gone before it
    std::map<DeviceId, AudioDevice> devices;
    std::map<AudioSessionId, AudioSession> audioSessions;
    std::map<Source, SourceState> sources;
    std::map<AgentId, std::set<GroupName>>
        memberships;  // agent → the ACD groups in which it has had a session since it signed in

    const AgentSession* session(const SessionId& id) const;  // open or lately ended
    template <class T>
    const T* find(const IdOf<T>& id) const;  // none: there is none; a session may be lately ended
    GroupName groupName(
        const std::string& idOrName) const;  // of an ACD group; of one that is not known (yet), what was given
};

// What a state has lists of, in the order of a snapshot: one for each type, which is found by it.
inline constexpr std::tuple lists{&State::agents, &State::sessions, &State::handlers,
                                  &State::groups, &State::queues,   &State::addresses,
                                  &State::calls,  &State::devices,  &State::audioSessions};
template <class T>
inline constexpr auto listOf = std::get<std::map<IdOf<T>, T> State::*>(lists);

template <class T>
const T* State::find(const IdOf<T>& id) const {
    if constexpr (std::is_same_v<T, AgentSession>) return session(id);
    const auto& all = this->*listOf<T>;
    const auto found = all.find(id);
    return found == all.end() ? nullptr : &found->second;
}

template <class T>
constexpr std::type_identity<T> thingIn(std::map<IdOf<T>, T> State::*) {
    return {};
}
// Does something with the type of each of them: `with(std::type_identity<Agent>{})` …
template <class With>
constexpr void forEachThing(With with) {
    std::apply([&](auto... list) { (with(thingIn(list)), ...); }, lists);
}

// Of which of them there are events: a start reads the last of each from the journal.
inline constexpr auto rememberedKinds = [] {
    std::array<Kind, std::tuple_size_v<decltype(lists)> - 1> kinds{};
    std::size_t count = 0;
    forEachThing([&](auto of) {
        constexpr auto kind = kindOf<typename decltype(of)::type>;
        if (kind != Kind::address) kinds.at(count++) = kind;
    });
    if (count != kinds.size()) throw "one of them, and no other, has no events";  // does not compile
    return kinds;
}();

// What happened to a thing, by its kind; of the kinds that nothing in the gateway acts on: none.
using What = std::variant<std::monostate, AgentEvent, SessionEvent, InventoryEvent, CallEvent, AudioSessionChange,
                          AudioDeviceChange>;

// What a fact led to: zero, one or (a new inventory, a loss) many events.
struct Change {
    ObjectRef object;
    Ownership ownership;
    What happened;             // as itself, for those who act on it
    boost::json::object data;  // as the event tells it
    CommandId command = 0;     // that it was attributed to
    Delivery delivery = Delivery::lossless;
};

// Which command an event belongs to; its cause goes into the event and its reason into the session.
struct Attributed {
    CommandId command = 0;
    const Cause* cause = nullptr;
};
using Attribution = std::function<Attributed(const Happened& is)>;

// What was there before a restart, from the journal's last event of each object; the next inventory tells what has
// changed since. False: the event tells of nothing that would be there.
bool remember(State& state, Kind kind, const boost::json::object& cloudEvent, const Ownership& ownership);

}  // namespace deskline::events
