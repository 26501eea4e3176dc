// What the answer to a command shows: the object as it is now, and the event that the command brought about. Thread: any.
#pragma once
#include "api/request.hpp"
#include "events/books.hpp"

namespace deskline::api {

// {"<key>": {…}|null, "cursor": "…"|null, "event": "…"|null}. `cursor` and `event` name the event; null: none came within two seconds.
Response sessionAnswer(const events::Settled& settled, const events::State& state, int status = 200);
Response agentAnswer(const events::Settled& settled, const events::State& state, int status = 200);
Response deviceAnswer(const events::Settled& settled, const events::State& state);
Response audioSessionAnswer(const events::Settled& settled, const events::State& state);

std::string entityTag(std::uint64_t revision);  // "\"1234\""; RFC 9110 §8.8.3

}  // namespace deskline::api
