// The event that a command brought about before the gateway ended. An operation that was left without an outcome is
// settled by it: it was carried out, whatever the state is by now, and no later event is its. Where its caller gave its
// request id to other commands too, that stays unknown. Thread: that of the database.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "events/database.hpp"
#include "events/operations.hpp"

namespace deskline::events {

struct Brought {
    std::uint64_t number = 0;
    std::string object;  // id
};
std::optional<Brought> broughtBy(const Database& database, const Operation& operation);

}  // namespace deskline::events
