// The state as a client may see it, as JSON. Thread: the ledger's.
#pragma once
#include <boost/json.hpp>

#include "events/state.hpp"
#include "events/subscription.hpp"

namespace deskline::events {

// The arrays of the topics that the subscription hears, each with what it may see.
boost::json::object snapshot(const State& state, const Subscription& subscription);

}  // namespace deskline::events
