#include "events/erasures.hpp"

#include <spdlog/spdlog.h>

#include <limits>

#include "events/state.hpp"

namespace deskline::events {
namespace {

// meta: `erased_up_to`: since the last start, the newest event when something was erased; `known_cut`: since then, what
// a start needs was cut; `whole_from`: of both before it.
constexpr const char* sinceStart = "SELECT 1 FROM meta WHERE key IN ('erased_up_to', 'known_cut')";

// Whether a gateway that starts would know of something by this event.
bool tellsOfSomething(const std::string& type, const std::string& event) {
    const auto kind = kindOfType(type);
    boost::json::error_code error;
    const auto parsed = boost::json::parse(event, error);
    State known;
    return kind && !error && parsed.is_object() && remember(known, *kind, parsed.get_object(), {});
}

}  // namespace

bool noteErasure(const Database& database) {
    return Statement(database,
                     "INSERT INTO meta SELECT 'erased_up_to', value FROM meta WHERE key = 'newest' ON CONFLICT (key) "
                     "DO UPDATE SET value = excluded.value")
        .done();
}

bool noteCut(const Database& database, std::uint64_t last) {
    if (Statement(database, "SELECT 1 FROM meta WHERE key = 'known_cut'").row()) return true;
    Statement rows(database,
                   "SELECT type, event FROM events AS one WHERE number <= ?1 AND NOT EXISTS (SELECT 1 FROM events "
                   "WHERE type = one.type AND subject = one.subject "
                   "AND number > one.number)");
    rows.bind(static_cast<std::int64_t>(last));
    bool known = false;
    while (!known && rows.row()) known = tellsOfSomething(rows.text(0), rows.text(1));
    if (rows.failed()) return false;
    return !known || Statement(database, "INSERT INTO meta VALUES ('known_cut', '1')").done();
}

std::uint64_t startAfterErasure(const Database& database, std::uint64_t newest) {
    Statement since(database, sinceStart);
    if (!since.row() && !since.failed()) return 0;  // where it cannot be read, something may have been
    since.reset();
    Statement kept(database,
                   "INSERT INTO meta VALUES ('whole_from', ?1) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    if (!kept.bind(std::to_string(newest + 1)).done() ||
        !Statement(database, "DELETE FROM meta WHERE key IN ('erased_up_to', 'known_cut')").done())
        spdlog::warn("{} The next start lets clients begin anew once more.", database.fault("written").detail);
    return newest + 1;
}

std::uint64_t wholeFrom(const Database& database) {
    Statement from(
        database,
        "SELECT COALESCE(MAX(CAST(value AS INTEGER)), 0) FROM meta WHERE key IN ('erased_up_to', 'whole_from')");
    return from.row() ? static_cast<std::uint64_t>(from.number(0)) : std::numeric_limits<std::uint64_t>::max();
}

}  // namespace deskline::events
