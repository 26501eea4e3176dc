// How a fact changes what the gateway knows. Thread: the ledger's.
#pragma once
#include "events/state.hpp"

namespace deskline::events {

// Changes the state as the fact says and tells the events. `number`: of the last event before them.
std::vector<Change> apply(State& state, const Fact& fact, std::uint64_t number, const Attribution& attribution);

}  // namespace deskline::events
