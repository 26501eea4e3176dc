// The frame of a change: its CloudEvent as text, and what a subscription asks of it. Thread: the ledger's. Source:
// CloudEvents 1.0, JSON format.
#pragma once
#include "events/state.hpp"

namespace deskline::events {

// Takes the change's data and ownership; its object stays. `cursor`: the event's id. `number` 0: of a change that
// passes (Delivery::ephemeral), which has an id of its own and needs no cursor.
FramePtr frameOf(Change& change, Time time, const std::string& source, std::uint64_t number, const std::string& cursor);

}  // namespace deskline::events
