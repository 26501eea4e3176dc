// An event as a row of the journal's file: its columns, and how a frame is made of them. Thread: any, as the
// statement's.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "events/database.hpp"
#include "events/frame.hpp"

namespace deskline::events {

inline const std::string eventColumns = "number, time, type, subject, agent, delivery, event, groups";

// Adds the event of a row of a statement that selects these columns. Where its text does not look like an event (its
// frame would be no JSON), something else than the ledger wrote it: the log says so, and the row is left alone.
void addFrame(std::vector<FramePtr>& frames, const Statement& row);

// Whom an event concerns, in the file's two columns: `agent`, of a webhook its owner; `groups`, each followed by a line
// end.
const std::string& agentColumn(const Frame& frame);
std::string linesOf(const std::set<GroupName>& groups);
Ownership ownershipIn(Kind kind, std::string agentColumn, std::string_view lines);

}  // namespace deskline::events
