// Whose a thing is: all that a visibility needs to know of it beside its kind. One answer for snapshots, events
// and REST. An agent belongs to the groups in which it has had a session since it signed in; a call to its session's,
// also when that is gone. Thread: the ledger's.
#pragma once
#include "events/state.hpp"

namespace deskline::events {

// By what a thing says of itself: its agent, its ACD group. One that says neither (the lines and the audio of the host)
// is nobody's in particular: only whoever may see all of its kind sees it.
template <class T>
Ownership ownershipOf(const State&, const T& thing) {
    Ownership is;
    if constexpr (requires { is.agent = thing.agent; }) is.agent = thing.agent;
    if constexpr (requires { is.groups = {thing.acdGroup}; }) is.groups = {thing.acdGroup};
    return is;
}
Ownership ownershipOfAgent(const State& state, const AgentId& agent);
inline Ownership ownershipOf(const State& state, const Agent& agent) { return ownershipOfAgent(state, agent.id); }
inline Ownership ownershipOf(const State&, const AcdGroup& group) { return {{}, {group.name}}; }
Ownership ownershipOf(const State& state, const Call& call);

template <class T>
bool sees(const Visibility& visibility, const State& state, const T& thing) {
    return visibility.sees(kindOf<T>, ownershipOf(state, thing));
}

}  // namespace deskline::events
