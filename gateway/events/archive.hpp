// The journal's file from outside a running gateway: copied while it is written, told as JSON Lines, and cleared of one
// agent's personal data. Thread: the caller's.
#pragma once
#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <iosfwd>
#include <map>

#include "events/audit.hpp"
#include "events/database.hpp"
#include "model/fault.hpp"
#include "model/time.hpp"

namespace deskline::events {

// A consistent copy, complete up to this moment (VACUUM INTO), on the disk and for its owner alone; `target` must not
// be there yet. The copy is marked as one: a gateway that opens it as its journal begins a new epoch (journal.hpp).
Result<void> backUp(const std::filesystem::path& journal, const std::filesystem::path& target);

// Whether a gateway that starts now could keep its journal there. Checks what a start checks, and changes nothing.
// `damaged`: the start would set the file aside.
Result<void> inspect(const std::filesystem::path& journal, bool& damaged);

// One CloudEvent a line, from `from` to before `to`; how many.
Result<std::uint64_t> exportEvents(const std::filesystem::path& journal, std::optional<Time> from,
                                   std::optional<Time> to, std::ostream& out);

struct Forgotten {
    std::uint64_t events = 0, operations = 0;
    // What was erased is still in the log of changes (-wal): a backup, say, reads an older state of the file.
    bool stillInLog = false;
};
// Erases every event about the agent (its own, its sessions', its calls') and every operation on it, overwriting the
// space that they took. The audit says who asked and how much went, not what. A running gateway goes on and keeps the
// present state in memory. `patience`: how long to wait for programs that read an older state of the file; as long as
// they do, the log of changes (-wal) still has what was erased.
inline constexpr auto forgetPatience = std::chrono::seconds(30);
Result<Forgotten> forgetAgent(const std::filesystem::path& journal, const AgentId& agent, const std::string& actor,
                              std::chrono::milliseconds patience = forgetPatience);

// An audit entry by another program than the gateway; its time is the present one. The journal is made where there is
// none.
Result<void> noteInAudit(const std::filesystem::path& journal, AuditEntry entry);
Result<Verified> verifyAudit(const std::filesystem::path& journal);
// One JSON a line.
Result<std::uint64_t> exportAudit(const std::filesystem::path& journal, std::optional<Time> from,
                                  std::optional<Time> to, std::ostream& out);

struct AuditRow {
    std::int64_t number = 0;
    boost::json::object entry;  // as it was written, with its number and, where it has none, its time
};
// The newest first, from before this number; at most `limit`, fewer: there are no more. An entry that cannot be read is
// named in the log and left out. Of a gateway that runs: on the readers' thread.
Result<std::vector<AuditRow>> readAudit(const Database& database, std::optional<std::int64_t> before,
                                        std::size_t limit);

// The gateway's own records of a kind, by their ids; none where there is no journal.
Result<std::map<std::string, boost::json::object>> readRecords(const std::filesystem::path& journal,
                                                               const std::string& kind);

}  // namespace deskline::events
