// What a ledger reads from its journal when it starts: the last event of each thing, and what its stores keep. Thread:
// the ledger's.
#pragma once
#include "events/committer.hpp"
#include "events/journal.hpp"
#include "events/operations.hpp"
#include "events/records.hpp"
#include "events/state.hpp"

namespace deskline::events {

struct Restored {
    State& state;
    Records& records;
    Operations& operations;
};

// Where a part could not be read, nothing of the file is used, and `committer` lets go of it: what is made of the other
// part would be written over it.
void restore(Journal& journal, Restored restored, Committer& committer);

}  // namespace deskline::events
