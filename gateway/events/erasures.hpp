// What the erasing of events (`deskline journal forget`, retention) means to those who come back. A hole in the past is
// no cut: the history is read on beyond it. But whoever keeps a copy lacks what was erased, and a gateway that starts
// later does not know what that was about, so it never tells its end: places from before are not gone on from, and
// whoever has one begins anew. Thread: that of the database.
#pragma once
#include <cstdint>

#include "events/database.hpp"

namespace deskline::events {

// In the transaction that erases. False: Database::fault says why.
bool noteErasure(const Database& database);

// In the transaction that cuts all up to `last`, before it does: the same where what is cut is the last that is known
// of something still there, which told nothing for longer than events are kept. False: Database::fault says why.
bool noteCut(const Database& database, std::uint64_t last);

// By a gateway that starts, before its first event; `newest`: the number of the last one. The least number that may be
// gone on from because of what was erased before the start; 0: any.
std::uint64_t startAfterErasure(const Database& database, std::uint64_t newest);

// The least number that may be gone on from, as the file has it now; where that cannot be read, none may be.
std::uint64_t wholeFrom(const Database& database);

}  // namespace deskline::events
