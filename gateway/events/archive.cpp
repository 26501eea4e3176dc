#include "events/archive.hpp"

#include <spdlog/spdlog.h>

#include <ostream>

#include "events/audit.hpp"
#include "events/database.hpp"
#include "events/records.hpp"
#include "model/files.hpp"

namespace deskline::events {
namespace {

constexpr int notePatience = 30'000;         // milliseconds: many commands may come at once, and none may lose its entry
constexpr std::int64_t erasedAtOnce = 1000;  // events; the gateway writes between two steps

Result<void> openAt(Database& database, const std::filesystem::path& journal, Database::Access access) {
    const auto there = stampOf(journal);
    if (!there) return Fault{"journal-fault", there.error().detail};
    if (!*there) return Fault{"journal-fault", "There is no journal " + journal.string() + "; --config must name the gateway's configuration."};
    bool damaged = false;
    return database.open(journal, access, Database::Durability::full, damaged);
}

std::int64_t milliseconds(const std::optional<Time>& time, std::int64_t otherwise) { return time ? time->time_since_epoch().count() : otherwise; }

// One audit entry, in a transaction of its own.
Result<void> note(Database& database, AuditEntry entry) {
    entry.time = now();
    if (!database.run("BEGIN IMMEDIATE")) return database.fault("written");
    auto appended = append(database, entry);
    if (!appended || !database.run("COMMIT")) {
        auto fault = appended ? database.fault("written") : appended.error();
        database.run("ROLLBACK");
        return fault;
    }
    return {};
}

// One text of `sql` a line; how many. `what`: for the fault.
Result<std::uint64_t> exportRows(const std::filesystem::path& journal, const char* sql, const char* what, std::optional<Time> from, std::optional<Time> to,
                                 std::ostream& out) {
    Database database;
    if (auto opened = openAt(database, journal, Database::Access::read); !opened) return opened.error();
    Statement rows(database, sql);
    rows.bind(milliseconds(from, INT64_MIN), milliseconds(to, INT64_MAX));
    std::uint64_t count = 0;
    for (; rows.row(); ++count) out << rows.text(0) << '\n';
    if (rows.failed()) return database.fault("read to the end");
    if (!out.flush()) return Fault{"journal-fault", "The " + std::string(what) + " could not be written out: is the disk full?"};
    return count;
}

// Runs `sql` again and again, each time for a part, until nothing is left.
Result<std::uint64_t> eraseBySteps(Database& database, const char* sql, const std::string& agent) {
    std::uint64_t all = 0;
    for (;;) {
        Statement erase(database, sql);
        if (!erase.bind(agent, erasedAtOnce).done()) return database.fault("changed");
        Statement changes(database, "SELECT changes()");
        const auto count = changes.row() ? changes.number(0) : 0;
        all += static_cast<std::uint64_t>(count);
        if (count < erasedAtOnce) return all;
    }
}

}  // namespace

Result<void> backUp(const std::filesystem::path& journal, const std::filesystem::path& target) {
    Database database;
    if (auto opened = openAt(database, journal, Database::Access::read); !opened) return opened;
    const auto made = createPrivate(target, "");  // it holds what the journal holds
    if (!made) return Fault{"journal-fault", made.error().detail};
    if (!*made) return Fault{"journal-fault", target.string() + " exists already; a backup never overwrites."};
    Statement copy(database, "VACUUM INTO ?1");
    auto done = copy.bind(target.string()).done() ? syncFile(target) : database.fault("copied to " + target.string());
    std::error_code ignored;
    if (!done) std::filesystem::remove(target, ignored);
    return done;
}

Result<std::uint64_t> exportEvents(const std::filesystem::path& journal, std::optional<Time> from, std::optional<Time> to, std::ostream& out) {
    return exportRows(journal, "SELECT event FROM events WHERE time >= ?1 AND time < ?2 ORDER BY number", "events", from, to, out);
}

Result<Forgotten> forgetAgent(const std::filesystem::path& journal, const std::string& agent, const std::string& actor) {
    Database database;
    if (auto opened = openAt(database, journal, Database::Access::write); !opened) return opened.error();
    if (!database.run("PRAGMA secure_delete = ON")) return database.fault("changed");
    const auto events = eraseBySteps(database, "DELETE FROM events WHERE number IN (SELECT number FROM events WHERE agent = ?1 LIMIT ?2)", agent);
    if (!events) return events.error();
    const auto operations = eraseBySteps(database, "DELETE FROM operations WHERE id IN (SELECT id FROM operations WHERE agent = ?1 LIMIT ?2)", agent);
    if (!operations) return operations.error();
    const auto detail = std::to_string(*events) + " events, " + std::to_string(*operations) + " operations";
    if (auto noted = note(database, {.actor = actor, .action = "forget", .outcome = "succeeded", .object = "/agents/" + agent, .detail = detail}); !noted)
        return noted.error();
    if (!database.run("PRAGMA wal_checkpoint(TRUNCATE)")) return database.fault("changed");  // what was erased leaves the log of changes too
    return Forgotten{*events, *operations};
}

Result<void> noteInAudit(const std::filesystem::path& journal, AuditEntry entry) {
    Database database;
    bool damaged = false;
    if (auto opened = database.open(journal, Database::Access::write, Database::Durability::full, damaged, notePatience); !opened) return opened;
    return note(database, std::move(entry));
}

Result<Verified> verifyAudit(const std::filesystem::path& journal) {
    Database database;
    if (auto opened = openAt(database, journal, Database::Access::read); !opened) return opened.error();
    return verify(database);
}

Result<std::uint64_t> exportAudit(const std::filesystem::path& journal, std::optional<Time> from, std::optional<Time> to, std::ostream& out) {
    return exportRows(journal, "SELECT entry FROM audit WHERE time >= ?1 AND time < ?2 ORDER BY number", "audit", from, to, out);
}

Result<std::vector<AuditRow>> readAudit(const std::filesystem::path& journal, std::optional<std::int64_t> before, std::size_t limit) {
    Database database;
    if (auto opened = openAt(database, journal, Database::Access::read); !opened) return opened.error();
    Statement statement(database, "SELECT number, time, entry FROM audit WHERE number < ?1 ORDER BY number DESC LIMIT ?2");
    statement.bind(before.value_or(INT64_MAX), static_cast<std::int64_t>(limit));
    std::vector<AuditRow> rows;
    while (statement.row()) {
        boost::json::error_code error;
        const auto parsed = boost::json::parse(statement.text(2), error);
        const auto* written = parsed.if_object();
        if (error || !written) {
            spdlog::error("the audit entry {} in the journal cannot be read and is left alone; `deskline journal verify` says where the chain is broken",
                          statement.number(0));
            continue;
        }
        auto entry = *written;
        entry["number"] = statement.number(0);
        if (!entry.contains("time")) entry["time"] = toRfc3339(Time(std::chrono::milliseconds(statement.number(1))));
        rows.push_back({statement.number(0), std::move(entry)});
    }
    if (statement.failed()) return database.fault("read");
    return rows;
}

Result<std::map<std::string, boost::json::object>> readRecords(const std::filesystem::path& journal, const std::string& kind) {
    const auto there = stampOf(journal);
    if (there && !*there) return std::map<std::string, boost::json::object>();
    Database database;
    if (auto opened = openAt(database, journal, Database::Access::read); !opened) return opened.error();
    Records records;
    if (auto loaded = records.load(database); !loaded) return loaded.error();
    return records.all(kind);
}

}  // namespace deskline::events
