// What the erasing of events (`deskline journal forget`, retention) means to clients that come back. An erased event
// leaves a hole, and history is read on beyond it. But a client that keeps a copy lacks what was erased; and a gateway
// that starts later does not know the things that the erased events were about, so it never tells their end. So no
// client goes on from a cursor of before the erasing: it begins anew. Thread: that of the database.
#pragma once
#include <cstdint>

#include "events/database.hpp"

namespace deskline::events {

// In the transaction that erases. False: Database::fault says why.
bool noteErasure(const Database& database);

// Called in the transaction that cuts all events up to `last`, before they are cut. Notes the same where one of them is
// the last event of a thing that is still there, and of which there was no event for longer than events are kept.
// False: Database::fault says why.
bool noteCut(const Database& database, std::uint64_t last);

// Called by a gateway that starts, before its first event; `newest`: the number of the last event. The least number
// from which a client may go on, by what was erased before the start; 0: any.
std::uint64_t startAfterErasure(const Database& database, std::uint64_t newest);

// The least number from which a client may go on, as the file has it now; where that cannot be read, no number will do.
std::uint64_t wholeFrom(const Database& database);

}  // namespace deskline::events
