// What the answer to a command shows: the object as it is now, and the event that the command brought about. Thread:
// any.
#pragma once
#include "api/request.hpp"
#include "events/ledger_context.hpp"

namespace deskline::api {

// {"<member>": {…}|null, "cursor": "…"|null, "event": "…"|null}, of an Agent, AgentSession, AudioDevice or
// AudioSession. `cursor` and `event` name the event; null: none came within two seconds. Thread: the ledger's.
template <class T>
Response answerWithStatus(const events::CommandOutcome& settled, const events::State& state, int status);
template <class T>
Response answerWith(const events::CommandOutcome& settled, const events::State& state) {
    return answerWithStatus<T>(settled, state, 200);
}

std::string entityTag(std::uint64_t revision);  // "\"1234\""; RFC 9110 §8.8.3

}  // namespace deskline::api
