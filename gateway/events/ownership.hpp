// Whose a thing is: all that a visibility needs to know of it beside its kind. One answer for snapshots, events
// and REST. An agent belongs to the groups in which it has had a session since it signed in; a call to its session's,
// also when that is gone. Thread: the ledger's.
#pragma once
#include "events/state.hpp"

namespace deskline::events {

Ownership ownershipOfAgent(const State& state, const AgentId& agent);
inline Ownership ownershipOf(const State& state, const Agent& agent) { return ownershipOfAgent(state, agent.id); }
inline Ownership ownershipOf(const State&, const AgentSession& session) { return {session.agent, {session.acdGroup}}; }
Ownership ownershipOf(const State& state, const Call& call);
inline Ownership ownershipOf(const State&, const AcdGroup& group) { return {{}, {group.name}}; }
inline Ownership ownershipOf(const State&, const Queue& queue) { return {{}, {queue.acdGroup}}; }
inline Ownership ownershipOf(const State&, const AgentHandler&) {
    return {};
}  // the lines and the audio of the host are nobody's in particular
inline Ownership ownershipOf(const State&, const Address&) { return {}; }
inline Ownership ownershipOf(const State&, const AudioDevice&) { return {}; }
inline Ownership ownershipOf(const State&, const AudioSession&) { return {}; }

template <class T>
bool sees(const Visibility& visibility, const State& state, const T& thing) {
    return visibility.sees(kindOf<T>, ownershipOf(state, thing));
}

}  // namespace deskline::events
