// Whom a thing concerns: all that a sight needs to know of it beside its kind. One answer for snapshots, events and
// REST. An agent belongs to the groups in which it has had a session since it signed in; a call to its session's, also
// when that is gone. Thread: the ledger's.
#pragma once
#include "events/state.hpp"

namespace deskline::events {

Concern concernOfAgent(const State& state, const AgentId& agent);
inline Concern concernOf(const State& state, const Agent& agent) { return concernOfAgent(state, agent.id); }
inline Concern concernOf(const State&, const AgentSession& session) { return {session.agent, {session.acdGroup}}; }
Concern concernOf(const State& state, const Call& call);
inline Concern concernOf(const State&, const AcdGroup& group) { return {{}, {group.name}}; }
inline Concern concernOf(const State&, const Queue& queue) { return {{}, {queue.acdGroup}}; }
inline Concern concernOf(const State&, const AgentHandler&) {
    return {};
}  // the lines and the audio of the host are nobody's in particular
inline Concern concernOf(const State&, const Address&) { return {}; }
inline Concern concernOf(const State&, const AudioDevice&) { return {}; }
inline Concern concernOf(const State&, const AudioSession&) { return {}; }

template <class T>
bool sees(const Sight& sight, const State& state, const T& thing) {
    return sight.sees(kindOf<T>, concernOf(state, thing));
}

}  // namespace deskline::events
