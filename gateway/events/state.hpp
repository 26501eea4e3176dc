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

template <class T>
using ById = std::map<IdOf<T>, T>;

struct State {
    template <class T>
    ById<T>& all() {
        return std::get<ById<T>>(things);
    }
    template <class T>
    const ById<T>& all() const {
        return std::get<ById<T>>(things);
    }
    const AgentSession* session(const SessionId& id) const;  // open or lately ended
    template <class T>
    const T* find(const IdOf<T>& id) const;  // none: there is none; a session may be lately ended
    // The name of an ACD group; of one that is not known (yet), what was given.
    GroupName groupName(const std::string& idOrName) const;

    boost::mp11::mp_rename<boost::mp11::mp_transform<ById, Things>, std::tuple> things;  // what is there, all by its id
    ById<AgentSession> ended;  // the last few, so that an answer can still show one
    std::deque<SessionId> endedOrder;
    // Whom a call concerned when it was told last: its session may be gone before it.
    std::map<CallId, Ownership> callOwnership;
    std::map<Source, SourceState> sources;
    // The ACD groups in which an agent has had a session since it signed in.
    std::map<AgentId, std::set<GroupName>> memberships;
};

template <class T>
const T* State::find(const IdOf<T>& id) const {
    if constexpr (std::is_same_v<T, AgentSession>) return session(id);
    const auto found = all<T>().find(id);
    return found == all<T>().end() ? nullptr : &found->second;
}

// Does something with the type of each thing: `with(std::type_identity<Agent>{})` …
template <class With>
constexpr void forEachThing(With with) {
    boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, Things>>(with);
}

// Theirs: a start reads the last event of each from the journal.
inline constexpr auto rememberedKinds = [] {
    std::array<Kind, boost::mp11::mp_size<Things>::value> kinds{};
    std::size_t count = 0;
    forEachThing([&](auto of) { kinds.at(count++) = kindOf<typename decltype(of)::type>; });
    return kinds;
}();

// What happened to a thing, by its kind; of the kinds that nothing in the gateway acts on: none.
using What = boost::mp11::mp_rename<
    boost::mp11::mp_unique<boost::mp11::mp_push_front<boost::mp11::mp_transform<EventOf, Things>, std::monostate>>,
    std::variant>;

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
