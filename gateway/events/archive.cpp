#include "events/archive.hpp"

#include <spdlog/spdlog.h>

#include <ostream>
#include <thread>

#include "events/audit.hpp"
#include "events/database.hpp"
#include "events/erasures.hpp"
#include "events/records.hpp"
#include "model/files.hpp"
#include "model/host_text.hpp"
#include "model/kinds.hpp"

namespace deskline::events {
namespace {

constexpr int notePatience = 30'000;  // milliseconds: many commands may come at once, and none may lose its entry
constexpr std::int64_t erasedAtOnce = 1000;   // events; the gateway writes between two steps
constexpr std::size_t exportedAtOnce = 1000;  // rows
constexpr auto emptyingPause = std::chrono::milliseconds(250);

Result<void> openAt(Database& database, const std::filesystem::path& journal, Database::Access access) {
    const auto there = stampOf(journal);
    if (!there) return Fault{"journal-fault", there.error().detail};
    if (!*there)
        return Fault{"journal-fault",
                     "There is no journal " + textOf(journal) + "; --config must name the gateway's configuration."};
    bool damaged = false;
    return database.open(journal, access, Database::Durability::full, damaged);
}

std::int64_t millisecondsOr(const std::optional<Time>& time, std::int64_t otherwise) {
    return time ? milliseconds(*time) : otherwise;
}

// One audit entry, in a transaction of its own.
Result<void> note(Database& database, AuditEntry entry) {
    entry.time = now();
    Transaction transaction(database);
    if (!transaction.begun()) return database.fault("written");
    if (auto appended = append(database, entry); !appended) return appended;
    if (!transaction.commit()) return database.fault("written");
    return {};
}

// Writes one text of each row of a table as a line; returns how many. Reads a part, and writes it while no read is
// open: a receiver that is slow must not keep the gateway from restarting its log of changes. `what`: the column and
// the table, which the fault names too.
Result<std::uint64_t> exportRows(const std::filesystem::path& journal, const std::string& column,
                                 const std::string& what, std::optional<Time> from, std::optional<Time> to,
                                 std::ostream& out) {
    Database database;
    if (auto opened = openAt(database, journal, Database::Access::read); !opened) return opened.error();
    const auto sql = "SELECT number, " + column + " FROM " + what +
                     " WHERE number > ?1 AND +time >= ?2 AND +time < ?3 ORDER BY number LIMIT ?4";
    std::uint64_t count = 0;
    std::int64_t last = INT64_MIN;
    for (std::size_t rowsInPart = exportedAtOnce; rowsInPart == exportedAtOnce; count += rowsInPart) {
        std::string lines;
        rowsInPart = 0;
        {
            Statement rows(database, sql.c_str());
            rows.bind(last, millisecondsOr(from, INT64_MIN), millisecondsOr(to, INT64_MAX),
                      static_cast<std::int64_t>(exportedAtOnce));
            for (; rows.row(); ++rowsInPart) {
                last = rows.number(0);
                lines += rows.text(1) + '\n';
            }
            if (rows.failed()) return database.fault("read to the end");
        }
        if (!(out << lines).flush())
            return Fault{"journal-fault", "The " + what + " could not be written out: is the disk full?"};
    }
    return count;
}

// Keeps the newest number, so that it is not given again when the last events are erased.
bool keepNewest(Database& database) {
    return database.run(
        "INSERT INTO meta SELECT 'newest', COALESCE(MAX(number), 0) FROM events WHERE true ON CONFLICT (key) DO UPDATE "
        "SET value = "
        "MAX(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))");
}

// Erases in parts until the table has nothing of the agent any more.
Result<std::uint64_t> eraseBySteps(Database& database, const std::string& table, const std::string& key,
                                   const std::string& agent) {
    const bool events = table == "events";
    const auto sql = "DELETE FROM " + table + " WHERE " + key + " IN (SELECT " + key + " FROM " + table +
                     " WHERE agent = ?1 LIMIT ?2)";
    std::uint64_t all = 0;
    for (;;) {
        Transaction transaction(database);
        if (!transaction.begun() || (events && !keepNewest(database))) return database.fault("changed");
        if (!Statement(database, sql.c_str()).bind(agent, erasedAtOnce).done()) return database.fault("changed");
        std::int64_t count = 0;
        if (Statement changes(database, "SELECT changes()"); changes.row()) count = changes.number(0);
        if ((events && count && !noteErasure(database)) || !transaction.commit()) return database.fault("changed");
        all += static_cast<std::uint64_t>(count);
        if (count < erasedAtOnce) return all;
    }
}

// Writes the log of changes back into the file and empties it. False: another program read an older state of it all the
// while, which SQLite says in a row, not as an error. While a try waits nobody can write, so each try is short.
Result<bool> emptyLog(Database& database, std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    if (!database.run("PRAGMA busy_timeout = 100")) return database.fault("changed");
    for (;;) {
        {
            Statement empty(database, "PRAGMA wal_checkpoint(TRUNCATE)");
            if (!empty.row()) return database.fault("changed");
            if (empty.number(0) == 0) return true;
        }
        if (std::chrono::steady_clock::now() >= until) return false;
        std::this_thread::sleep_for(emptyingPause);
    }
}

// The file is opened as it is, and stays so: no log of changes is left beside it.
Result<void> markAsCopy(const std::filesystem::path& file) {
    Database copy;
    bool damaged = false;
    if (auto opened = copy.open(file, Database::Access::look, Database::Durability::full, damaged); !opened)
        return opened;
    Statement mark(copy, "INSERT OR REPLACE INTO meta VALUES (?1, ?2)");
    return mark.bind(copyMark, toRfc3339(now())).done() ? Result<void>() : copy.fault("marked");
}

}  // namespace

Result<void> backUp(const std::filesystem::path& journal, const std::filesystem::path& target) {
    Database database;
    if (auto opened = openAt(database, journal, Database::Access::read); !opened) return opened;
    const Fault taken{"journal-fault", textOf(target) + " exists already; a backup never overwrites."};
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(target, ignored))) return taken;
    removeUnfinished(target);                // of one that was ended in the middle
    const auto beside = nameBeside(target);  // the copy has its name when it is whole and marked
    auto done = [&]() -> Result<void> {
        const auto made = createPrivate(beside, "");  // it holds what the journal holds
        if (!made) return Fault{"journal-fault", made.error().detail};
        Statement copy(database, "VACUUM INTO ?1");
        if (!copy.bind(textOf(beside)).done()) return database.fault("copied to " + textOf(target));
        if (auto marked = markAsCopy(beside); !marked) return marked;
        if (auto synced = syncFile(beside); !synced) return synced;
        const auto named = nameFile(beside, target);
        if (!named) return Fault{"journal-fault", named.error().detail};
        return *named ? Result<void>() : taken;
    }();
    if (!done) std::filesystem::remove(beside, ignored);
    return done;
}

Result<void> inspect(const std::filesystem::path& journal, bool& damaged) {
    Database database;
    return database.open(journal, Database::Access::look, Database::Durability::normal, damaged);
}

Result<std::uint64_t> exportEvents(const std::filesystem::path& journal, std::optional<Time> from,
                                   std::optional<Time> to, std::ostream& out) {
    return exportRows(journal, "event", "events", from, to, out);
}

Result<Forgotten> forgetAgent(const std::filesystem::path& journal, const AgentId& agent, const std::string& actor,
                              std::chrono::milliseconds patience) {
    Database database;
    if (auto opened = openAt(database, journal, Database::Access::write); !opened) return opened.error();
    if (!database.run("PRAGMA secure_delete = ON")) return database.fault("changed");
    const auto events = eraseBySteps(database, "events", "number", agent);
    if (!events) return events.error();
    const auto operations = eraseBySteps(database, "operations", "id", agent);
    if (!operations) return operations.error();
    const auto detail = std::to_string(*events) + " events, " + std::to_string(*operations) + " operations";
    if (auto noted = note(database, {.actor = actor,
                                     .action = "forget",
                                     .outcome = "succeeded",
                                     .object = ObjectRef{Kind::agent, agent}.text(),
                                     .detail = detail});
        !noted)
        return noted.error();
    const auto emptied = emptyLog(database, patience);
    if (!emptied) return emptied.error();
    return Forgotten{*events, *operations, !*emptied};
}

Result<void> noteInAudit(const std::filesystem::path& journal, AuditEntry entry) {
    Database database;
    bool damaged = false;
    if (auto opened =
            database.open(journal, Database::Access::write, Database::Durability::full, damaged, notePatience);
        !opened)
        return opened;
    return note(database, std::move(entry));
}

Result<Verified> verifyAudit(const std::filesystem::path& journal) {
    Database database;
    if (auto opened = openAt(database, journal, Database::Access::read); !opened) return opened.error();
    if (!database.run("BEGIN")) return database.fault("read");  // one moment: a gateway may cut meanwhile
    return verify(database);
}

Result<std::uint64_t> exportAudit(const std::filesystem::path& journal, std::optional<Time> from,
                                  std::optional<Time> to, std::ostream& out) {
    return exportRows(journal, "entry", "audit", from, to, out);
}

Result<std::vector<AuditRow>> readAudit(const Database& database, std::optional<std::int64_t> before,
                                        std::size_t limit) {
    Statement statement(database, "SELECT number, time, entry FROM audit WHERE number < ?1 ORDER BY number DESC");
    statement.bind(before.value_or(INT64_MAX));
    std::vector<AuditRow> rows;
    while (rows.size() < limit && statement.row()) {
        boost::json::error_code error;
        const auto parsed = boost::json::parse(statement.text(2), error);
        const auto* written = parsed.if_object();
        if (error || !written) {
            spdlog::error(
                "the audit entry {} in the journal cannot be read and is left alone; `deskline journal verify` says "
                "where the chain is broken",
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

Result<std::map<std::string, boost::json::object>> readRecords(const std::filesystem::path& journal,
                                                               const std::string& kind) {
    const auto there = stampOf(journal);
    if (there && !*there) return std::map<std::string, boost::json::object>();
    Database database;
    if (auto opened = openAt(database, journal, Database::Access::read); !opened) return opened.error();
    Records records;
    if (auto loaded = records.load(database); !loaded) return loaded.error();
    return records.all(kind);
}

}  // namespace deskline::events
