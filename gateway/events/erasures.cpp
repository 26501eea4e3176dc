#include "events/erasures.hpp"

#include <spdlog/spdlog.h>

namespace deskline::events {
namespace {

// meta: `erased_up_to`: since the last start, the newest event when something was erased; `whole_from`: of the erasures before it.
constexpr const char* erasedUpTo = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'erased_up_to'";

}  // namespace

bool noteErasure(const Database& database) {
    return Statement(database,
                     "INSERT INTO meta SELECT 'erased_up_to', value FROM meta WHERE key = 'newest' ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .done();
}

std::uint64_t startAfterErasure(const Database& database, std::uint64_t newest) {
    if (!Statement(database, erasedUpTo).row()) return 0;
    Statement kept(database, "INSERT INTO meta VALUES ('whole_from', ?1) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    if (!kept.bind(std::to_string(newest + 1)).done() || !Statement(database, "DELETE FROM meta WHERE key = 'erased_up_to'").done())
        spdlog::warn("{} The next start lets clients begin anew once more.", database.fault("written").detail);
    return newest + 1;
}

std::uint64_t wholeFrom(const Database& database) {
    Statement from(database, "SELECT COALESCE(MAX(CAST(value AS INTEGER)), 0) FROM meta WHERE key IN ('erased_up_to', 'whole_from')");
    return from.row() ? static_cast<std::uint64_t>(from.number(0)) : 0;
}

}  // namespace deskline::events
