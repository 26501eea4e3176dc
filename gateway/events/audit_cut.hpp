// The audit's own retention: what is too old or too much is cut from the front of the chain. The anchor (number and
// hash of the last entry that was cut) stays in the file, so that the chain can be checked from there, and an entry of
// the chain itself says what was cut: an anchor that was moved, or a cut that was made by hand, differs from what the
// last such entry says. Thread: the caller's.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "events/audit_chain.hpp"
#include "events/database.hpp"
#include "model/time.hpp"

namespace deskline::events {

struct AuditRetention {
    int days = 365;
    std::uint64_t bytes = 256ULL << 20;  // of entries, as Database::bytesOf counts them
};

// Cuts at most some thousand entries, in a transaction of the caller's: by age once the oldest is a day too old, by
// size down to nine tenths, so that the entries that say so are few. `time`: by which they grow old
// (retention_clock.hpp). True: there is more to cut.
Result<bool> cutAudit(Database& database, const AuditRetention& retention, Time time);

// What an entry of the chain says was cut; nothing: it is about something else.
std::optional<AuditAnchor> notedCut(const std::string& entry);

}  // namespace deskline::events
