#include "events/database.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "events/private_files.hpp"
#include "model/files.hpp"
#include "model/host_text.hpp"
#include "model/id.hpp"
#include "model/text.hpp"

namespace deskline::events {
namespace {

constexpr const char* firstSchema = R"(
    CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, time INTEGER NOT NULL, type TEXT NOT NULL,
        subject TEXT NOT NULL, agent TEXT NOT NULL, delivery INTEGER NOT NULL, event TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS events_by_subject ON events (type, subject, number);
)";

// From the version before to the one of the index. Each runs once, in one transaction with the new version's number.
constexpr const char* migrations[] = {
    nullptr,
    nullptr,
    // 2: operations, the gateway's own records, and who erased what
    R"(CREATE TABLE operations (id TEXT PRIMARY KEY, actor TEXT NOT NULL, key TEXT NOT NULL,
           fingerprint TEXT NOT NULL, agent TEXT NOT NULL, command TEXT NOT NULL, state TEXT NOT NULL,
           started INTEGER NOT NULL, settled INTEGER NOT NULL, status INTEGER NOT NULL, headers TEXT NOT NULL,
               body TEXT NOT NULL, cursor TEXT NOT NULL, cause TEXT NOT NULL, expectation TEXT NOT NULL);
       CREATE INDEX operations_by_key ON operations (actor, key);
       CREATE INDEX operations_by_start ON operations (started);
       CREATE TABLE records (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id))
           WITHOUT ROWID;
       CREATE TABLE audit (number INTEGER PRIMARY KEY, time INTEGER NOT NULL, actor TEXT NOT NULL,
           action TEXT NOT NULL, object TEXT NOT NULL, detail TEXT NOT NULL);
       CREATE INDEX events_by_agent ON events (agent) WHERE agent <> '';
       INSERT OR IGNORE INTO meta SELECT 'cut', COALESCE((SELECT MIN(number) - 1 FROM events), (SELECT value
           FROM meta WHERE key = 'newest'), 0);)",
    // 3: the ACD groups that an event concerns, each followed by a line end; the audit as a chain (audit.hpp)
    R"(ALTER TABLE events ADD COLUMN groups TEXT NOT NULL DEFAULT '';
       UPDATE events SET groups = json_extract(event, '$.data.session.acdGroup') || char(10)
           WHERE type = 'deskline.agent-session' AND json_valid(event) AND json_extract(event,
           '$.data.session.acdGroup') IS NOT NULL;
       UPDATE events SET groups = json_extract(event, '$.data.queue.acdGroup') || char(10)
           WHERE type = 'deskline.queue' AND json_valid(event) AND json_extract(event,
           '$.data.queue.acdGroup') IS NOT NULL;
       UPDATE events SET groups = json_extract(event, '$.data.group.name') || char(10)
           WHERE type = 'deskline.acd-group' AND json_valid(event) AND json_extract(event,
           '$.data.group.name') IS NOT NULL;
       ALTER TABLE audit RENAME TO audit_before;
       CREATE TABLE audit (number INTEGER PRIMARY KEY, time INTEGER NOT NULL, entry TEXT NOT NULL, hash TEXT NOT NULL);
       INSERT INTO audit SELECT number, time, json_object('actor', actor, 'action', action, 'object', object,
           'detail', detail), '' FROM audit_before;
       DROP TABLE audit_before;)",
    // 4: what the rows of each table take, in bytes. Triggers count, so it holds for whoever writes, in the same
    // transaction as the rows.
    R"(CREATE TABLE sizes (what TEXT PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID;
       CREATE VIEW event_sizes AS SELECT number, time, 96 + LENGTH(CAST(event AS BLOB)) + LENGTH(groups)
           + 2 * (LENGTH(type) + LENGTH(subject) + LENGTH(agent)) AS bytes FROM events;
       CREATE VIEW audit_sizes AS SELECT number, time, 96 + LENGTH(CAST(entry AS BLOB)) AS bytes FROM audit;
       CREATE VIEW operation_sizes AS SELECT id, 192 + LENGTH(CAST(headers AS BLOB)) + LENGTH(CAST(body AS BLOB))
           + LENGTH(CAST(cause AS BLOB)) + LENGTH(expectation) + LENGTH(command) + 2 * (LENGTH(actor) + LENGTH(key))
           AS bytes FROM operations;
       INSERT INTO sizes SELECT 'events', COALESCE(SUM(bytes), 0) FROM event_sizes;
       INSERT INTO sizes SELECT 'audit', COALESCE(SUM(bytes), 0) FROM audit_sizes;
       INSERT INTO sizes SELECT 'operations', COALESCE(SUM(bytes), 0) FROM operation_sizes;
       CREATE TRIGGER events_came AFTER INSERT ON events BEGIN UPDATE sizes SET bytes = bytes + (SELECT bytes
           FROM event_sizes WHERE number = NEW.number) WHERE what = 'events'; END;
       CREATE TRIGGER events_went BEFORE DELETE ON events BEGIN UPDATE sizes SET bytes = bytes - (SELECT bytes
           FROM event_sizes WHERE number = OLD.number) WHERE what = 'events'; END;
       CREATE TRIGGER audit_came AFTER INSERT ON audit BEGIN UPDATE sizes SET bytes = bytes + (SELECT bytes
           FROM audit_sizes WHERE number = NEW.number) WHERE what = 'audit'; END;
       CREATE TRIGGER audit_went BEFORE DELETE ON audit BEGIN UPDATE sizes SET bytes = bytes - (SELECT bytes
           FROM audit_sizes WHERE number = OLD.number) WHERE what = 'audit'; END;
       CREATE TRIGGER operations_came AFTER INSERT ON operations BEGIN UPDATE sizes SET bytes = bytes + (SELECT bytes
           FROM operation_sizes WHERE id = NEW.id) WHERE what = 'operations'; END;
       CREATE TRIGGER operations_change BEFORE UPDATE ON operations BEGIN
           UPDATE sizes SET bytes = bytes - (SELECT bytes FROM operation_sizes WHERE id = OLD.id)
           WHERE what = 'operations'; END;
       CREATE TRIGGER operations_changed AFTER UPDATE ON operations BEGIN UPDATE sizes SET bytes = bytes
           + (SELECT bytes FROM operation_sizes WHERE id = NEW.id) WHERE what = 'operations'; END;
       CREATE TRIGGER operations_went BEFORE DELETE ON operations BEGIN
           UPDATE sizes SET bytes = bytes - (SELECT bytes FROM operation_sizes WHERE id = OLD.id)
           WHERE what = 'operations'; END;)",
    // 5: what history is read by (history.hpp), each with all that decides who sees an event
    R"(DROP INDEX events_by_agent;
       CREATE INDEX events_by_agent ON events (agent, type, number, groups);
       CREATE INDEX events_by_type ON events (type, number, agent, groups);
       CREATE INDEX events_by_time ON events (time);)",
};
static_assert(std::size(migrations) == schemaVersion + 1);

bool damage(int code) { return code == SQLITE_CORRUPT || code == SQLITE_NOTADB; }

bool noRoom(sqlite3* database) {
    const int code = sqlite3_extended_errcode(database);
    const std::error_code system(sqlite3_system_errno(database),
                                 std::system_category());  // not of a fault within COMMIT
    return (code & 0xff) == SQLITE_FULL || code == SQLITE_IOERR_SHMSIZE ||
           ((code & 0xff) == SQLITE_IOERR && system == std::errc::no_space_on_device);
}

// Whether a finding of quick_check is about a page that it could not read. It reports that as it reports a broken page:
// in words, mostly with SQLite's code.
bool couldNotRead(std::string_view finding) {
    constexpr std::string_view codeIs = "error code";
    if (finding.find("failed to get page") != std::string_view::npos) return true;
    const auto at = finding.find(codeIs);
    if (at == std::string_view::npos) return false;
    finding.remove_prefix(std::min(finding.size(), at + codeIs.size() + 1));
    int code = 0;
    std::from_chars(finding.data(), finding.data() + finding.size(), code);
    return code != 0 && !damage(code & 0xff);
}

constexpr const char* setAsideNext =
    " The gateway sets it aside at its next start and begins a new one; what it held is in the last "
    "`deskline journal backup`.";

bool isFolder(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_directory(path, ignored);
}

// Why a file could not be opened, with what to do: SQLite has one message for all the reasons.
std::string whyNotOpened(const std::filesystem::path& path) {
    std::error_code ignored;
    const bool there = std::filesystem::exists(path, ignored);
    if (isFolder(path)) return " It is a folder: move it away, or name another [journal] path.";
    if (there) return " Give Deskline's account the right to read and write it, and its folder.";
    return " The folder must exist and Deskline's account must have the right to write in it.";
}

}  // namespace

Database::~Database() { close(); }

void Database::close() {
    if (database_) run("PRAGMA journal_size_limit = 0");  // the log of changes, which stays: nothing is left in it
    sqlite3_close_v2(std::exchange(database_, nullptr));
}

bool Database::run(const char* sql) { return sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK; }

Fault Database::fault(std::string_view what) const {
    const int code = sqlite3_errcode(database_);
    Fault fault{"journal-fault", "The journal " + textOf(path_) + " could not be " + std::string(what) + ": " +
                                     sqlite3_errmsg(database_) + "." + advice(code)};
    if (code == SQLITE_CONSTRAINT) fault.symbol = violated;
    return fault;
}

// What to do about an error, beginning with a space; "": nothing is known.
std::string Database::advice(int code) const {
    if (noRoom(database_)) return " The disk is full: make room.";
    if (damage(code)) return ofDamage();
    switch (code) {
        case SQLITE_READONLY:
            return " The file or its folder is read-only: give Deskline's account the right to write.";
        case SQLITE_CANTOPEN: return whyNotOpened(path_);
        case SQLITE_IOERR:
            return isFolder(path_) ? whyNotOpened(path_) : " Its disk fails, or is full: the system's log says more.";
        case SQLITE_BUSY: return " Another program holds it: is a second gateway running?";
        default: return {};
    }
}

// What becomes of a damaged file, for programs that only read it. A start, which opens it to write, sets it aside and
// says so.
std::string Database::ofDamage() const { return access_ == Access::write ? std::string() : setAsideNext; }

Result<void> Database::open(const std::filesystem::path& path, Access access, Durability durability, bool& damaged,
                            int patience) {
    close();
    path_ = path;
    access_ = access;
    damaged = false;
    const auto failed = [&](const char* what) {
        damaged = damage(sqlite3_errcode(database_));
        return fault(what);
    };
    const auto unopened = [&](const Fault& why) {
        return Fault{"journal-fault", "The journal " + textOf(path) + " could not be opened: " + why.detail};
    };
    if (access == Access::write && !path.empty()) {  // what goes with it (-wal, -shm) has the same rights
        const auto there = stampOf(path);
        if (!there) return unopened(there.error());
        if (!*there)
            if (const auto made = createPrivate(path, ""); !made) return unopened(made.error());
    }
    const int mode = access == Access::read ? SQLITE_OPEN_READONLY
                     : path.empty()         ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                            : SQLITE_OPEN_READWRITE;
    usePrivateFiles();
    if (sqlite3_open_v2(path.empty() ? ":memory:" : textOf(path).c_str(), &database_, mode | SQLITE_OPEN_NOMUTEX,
                        nullptr) != SQLITE_OK)
        return failed("opened");
    sqlite3_busy_timeout(database_, patience);
    if (access == Access::read) {
        if (!run("SELECT number FROM events LIMIT 1")) return failed("read");
        return {};
    }
    if (access == Access::write) {
        if (sqlite3_db_readonly(database_, "main") == 1)
            return unopened({"journal-fault", "The file is read-only. Give Deskline's account the right to write it."});
        int stays = 1;
        if (!path.empty()) sqlite3_file_control(database_, "main", SQLITE_FCNTL_PERSIST_WAL, &stays);
        const auto* flushes =
            durability == Durability::full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL";
        if (!run("PRAGMA journal_mode = WAL") || !run(flushes)) return failed("opened");
    }
    if (auto checked = check(damaged); !checked) return checked;
    if (access == Access::look) {
        if (sqlite3_db_readonly(database_, "main") == 1)
            return Fault{"journal-fault", "The journal " + textOf(path) + " can be read only." + whyNotOpened(path)};
        return schema() > schemaVersion ? Result<void>(tooNew()) : Result<void>();
    }
    if (!run(firstSchema)) return failed("prepared");
    return migrate();
}

Result<void> Database::check(bool& damaged) const {
    Statement finding(*this, "PRAGMA quick_check(1)");
    if (!finding.row()) {
        damaged = damage(sqlite3_errcode(database_));
        return fault("checked");
    }
    const auto said = printable(finding.text(0));
    if (said == "ok") return {};
    if (couldNotRead(said))
        return Fault{"journal-fault", "The journal " + textOf(path_) + " could not be read to the end: " + said + "."};
    damaged = true;
    return Fault{"journal-fault", "The journal " + textOf(path_) + " is corrupt: " + said + "." + ofDamage()};
}

int Database::schema() const {
    Statement asked(*this, "SELECT value FROM meta WHERE key = 'schema'");
    return asked.row() ? static_cast<int>(asked.number(0)) : 0;
}

Fault Database::tooNew() const {
    const auto theirs = std::to_string(schema()), ours = std::to_string(schemaVersion);
    const auto detail = " was written by a newer Deskline (schema " + theirs + "); this one reads up to schema " + ours;
    const auto* advice = ". Install the newer version again, or give another [journal] path.";
    return {"journal-fault", "The journal " + textOf(path_) + detail + advice};
}

std::uint64_t Database::bytesOf(std::string_view table) const {
    Statement size(*this, "SELECT bytes FROM sizes WHERE what = ?1");
    return size.bind(table).row() ? static_cast<std::uint64_t>(std::max<std::int64_t>(0, size.number(0))) : 0;
}

Result<void> Database::migrate() {
    if (!run("BEGIN IMMEDIATE")) return fault("prepared");  // of two that come at once, the second finds it done
    const auto failed = [&](const char* what) {
        auto why = fault(what);
        run("ROLLBACK");
        return why;
    };
    int version = 0;
    bool begun = false;
    {
        Statement asked(*this,
                        "SELECT value, EXISTS (SELECT 1 FROM meta WHERE key = 'epoch') FROM meta WHERE key = 'schema'");
        if (asked.row()) {
            version = static_cast<int>(asked.number(0));
            begun = asked.number(1) == 1;
        } else if (asked.failed()) {
            return failed("read");
        }
    }
    if (version == schemaVersion && begun) {
        if (!run("COMMIT")) return failed("read");
        return {};
    }
    if (version > schemaVersion) {
        auto newer = tooNew();
        run("ROLLBACK");
        return newer;
    }
    if (version == 0) version = 1;
    for (int next = version + 1; next <= schemaVersion; ++next)
        if (!run(migrations[next])) return failed("brought to the present schema");
    Statement meta(*this,
                   "INSERT INTO meta VALUES ('schema', ?1) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    Statement epoch(*this, "INSERT OR IGNORE INTO meta VALUES ('epoch', ?1)");
    if (!meta.bind(std::to_string(schemaVersion)).done() || !epoch.bind(randomId(4)).done() || !run("COMMIT"))
        return failed("prepared");
    return {};
}

Statement::Statement(const Database& database, const char* sql) {
    code_ = sqlite3_prepare_v2(database.handle(), sql, -1, &statement_, nullptr);
}
Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::bindAt(int at, std::int64_t value) { sqlite3_bind_int64(statement_, at, value); }
void Statement::bindAt(int at, std::string_view value) {
    sqlite3_bind_text(statement_, at, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
}

bool Statement::row() {
    if (statement_) code_ = sqlite3_step(statement_);
    return code_ == SQLITE_ROW;
}

bool Statement::done() {
    while (row()) {
    }
    return code_ == SQLITE_DONE;
}

bool Statement::failed() const { return code_ != SQLITE_ROW && code_ != SQLITE_DONE && code_ != SQLITE_OK; }

void Statement::reset() { sqlite3_reset(statement_); }
std::int64_t Statement::number(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Statement::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)))
                 : std::string();
}

}  // namespace deskline::events
