// The event that a command brought about before the gateway ended. It settles an operation that was left without an
// outcome: the command was carried out, whatever the state is now, and no later event belongs to it. Where the caller
// gave the same request id to other commands too, the outcome stays unknown. Thread: that of the database.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "events/database.hpp"
#include "events/operations.hpp"

namespace deskline::events {

struct CommandEvent {
    std::uint64_t number = 0;
    std::string object;  // id
};
std::optional<CommandEvent> commandEventOf(const Database& database, const Operation& operation);

}  // namespace deskline::events
