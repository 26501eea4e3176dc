// An event as a row of the journal's file: its columns, and how a frame is made of them. Thread: any, as the statement's.
#pragma once
#include <set>
#include <string>
#include <string_view>

#include "events/database.hpp"
#include "events/frame.hpp"

namespace deskline::events {

inline const std::string eventColumns = "number, time, type, subject, agent, delivery, event, groups";

FramePtr frameOf(const Statement& row);  // of a statement that selects these columns

// The ACD groups of an event, as the file has them: each followed by a line end.
std::string linesOf(const std::set<std::string>& groups);
std::set<std::string> groupsIn(std::string_view lines);

}  // namespace deskline::events
