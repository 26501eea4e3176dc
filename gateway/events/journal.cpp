#include "events/journal.hpp"

#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include "model/id.hpp"
#include "model/time.hpp"

namespace deskline::events {
namespace {

constexpr int schemaVersion = 1;
constexpr const char* schema = R"(
    CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, time INTEGER NOT NULL, type TEXT NOT NULL, subject TEXT NOT NULL, agent TEXT NOT NULL, delivery INTEGER NOT NULL, event TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS events_by_subject ON events (type, subject, number);
)";

// A prepared statement, finalised when it goes.
class Statement {
public:
    Statement(sqlite3* database, const char* sql) { code_ = sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr); }
    ~Statement() { sqlite3_finalize(statement_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    void bind(int at, std::int64_t value) { sqlite3_bind_int64(statement_, at, value); }
    void bind(int at, std::string_view value) { sqlite3_bind_text(statement_, at, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT); }
    int step() { return code_ = statement_ ? sqlite3_step(statement_) : code_; }
    bool row() { return step() == SQLITE_ROW; }
    void reset() { sqlite3_reset(statement_); }
    std::int64_t number(int column) { return sqlite3_column_int64(statement_, column); }
    std::string text(int column) {
        const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
        return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : std::string();
    }
    int code() const { return code_; }

private:
    sqlite3_stmt* statement_ = nullptr;
    int code_ = SQLITE_OK;
};

Fault failed(sqlite3* database, std::string_view what, const std::filesystem::path& path) {
    const int code = sqlite3_errcode(database);
    std::string advice;
    if (code == SQLITE_FULL) advice = " The disk is full: make room.";
    if (code == SQLITE_READONLY) advice = " The file or its folder is read-only: give Deskline's account the right to write.";
    if (code == SQLITE_CANTOPEN) advice = " The folder must exist and Deskline's account must have the right to write in it.";
    if (code == SQLITE_BUSY) advice = " Another program holds it: is a second gateway running?";
    return {"journal-fault", "The journal " + path.string() + " could not be " + std::string(what) + ": " + sqlite3_errmsg(database) + "." + advice};
}

FramePtr frameOf(Statement& row) {
    Frame meta;
    meta.number = static_cast<std::uint64_t>(row.number(0));
    meta.time = row.number(1);
    meta.type = row.text(2);
    meta.subject = row.text(3);
    meta.agent = row.text(4);
    meta.delivery = static_cast<Delivery>(row.number(5));
    return makeFrame(std::move(meta), row.text(6));
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(const JournalOptions& options) {
    std::string setAside;
    for (int attempt = 0;; ++attempt) {
        std::unique_ptr<Journal> journal(new Journal);
        journal->options_ = options;
        journal->setAside_ = setAside;
        if (const auto prepared = journal->prepare())
            return journal;
        else if (const int code = sqlite3_errcode(journal->database_); attempt > 0 || (code != SQLITE_CORRUPT && code != SQLITE_NOTADB))
            return prepared.error();
        journal.reset();
        const auto stamp = std::to_string(now().time_since_epoch().count());
        setAside = options.path.string() + ".corrupt-" + stamp;
        std::error_code error;
        std::filesystem::rename(options.path, setAside, error);
        if (error) return Fault{"journal-fault", "The journal " + options.path.string() + " is corrupt and could not be set aside: " + error.message()};
        for (const char* side : {"-wal", "-shm"}) std::filesystem::rename(options.path.string() + side, setAside + side, error);
        spdlog::error("the journal {} is corrupt; it was set aside as {} and a new one begun", options.path.string(), setAside);
    }
}

std::unique_ptr<Journal> Journal::openVolatile(Fault why) {
    auto journal = open({});
    if (!journal) throw std::runtime_error(journal.error().detail);  // no memory left
    (*journal)->volatile_ = std::move(why);
    return std::move(*journal);
}

Result<void> Journal::prepare() {
    const auto path = options_.path.empty() ? std::string(":memory:") : options_.path.string();
    const auto run = [&](const char* sql) { return sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK; };
    if (sqlite3_open_v2(path.c_str(), &database_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK)
        return failed(database_, "opened", options_.path);
    sqlite3_extended_result_codes(database_, 0);
    sqlite3_busy_timeout(database_, 2000);
    if (!run("PRAGMA journal_mode = WAL") || !run(options_.full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"))
        return failed(database_, "opened", options_.path);
    if (options_.mostPages && !run(("PRAGMA max_page_count = " + std::to_string(options_.mostPages)).c_str()))
        return failed(database_, "limited", options_.path);
    {
        Statement check(database_, "PRAGMA quick_check(1)");
        if (!check.row()) return failed(database_, "checked", options_.path);
        if (check.text(0) != "ok") {
            sqlite3_exec(database_, "SELECT * FROM \"\"", nullptr, nullptr, nullptr);
            return Fault{"journal-fault", "The journal " + path + " is corrupt: " + check.text(0)};
        }
    }
    if (!run(schema)) return failed(database_, "prepared", options_.path);
    {
        Statement version(database_, "SELECT value FROM meta WHERE key = 'schema'");
        if (version.row() && version.text(0) != std::to_string(schemaVersion))
            return Fault{"journal-fault", "The journal " + path + " was written by another version of Deskline (schema " + version.text(0) +
                                              "); this one reads schema " + std::to_string(schemaVersion) + "."};
    }
    {
        Statement meta(database_, "INSERT OR IGNORE INTO meta VALUES ('schema', ?1), ('epoch', ?2)");
        meta.bind(1, std::to_string(schemaVersion));
        meta.bind(2, randomId(4));
        if (meta.step() != SQLITE_DONE) return failed(database_, "written", options_.path);
    }
    Statement epoch(database_, "SELECT value FROM meta WHERE key = 'epoch'");
    if (!epoch.row()) return failed(database_, "read", options_.path);
    epoch_ = epoch.text(0);
    // The number of the last event outlives the cutting of events.
    Statement newest(database_,
                     "SELECT MAX(COALESCE((SELECT MAX(number) FROM events), 0), COALESCE((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'newest'), 0))");
    if (newest.row()) newest_ = static_cast<std::uint64_t>(newest.number(0));
    return {};
}

Journal::~Journal() { sqlite3_close_v2(database_); }

std::uint64_t Journal::oldest() const {
    Statement oldest(database_, "SELECT COALESCE(MIN(number), -1) FROM events");
    return oldest.row() && oldest.number(0) >= 0 ? static_cast<std::uint64_t>(oldest.number(0)) : newest_ + 1;
}

Result<void> Journal::append(const std::vector<FramePtr>& frames) {
    if (frames.empty()) return {};
    if (volatile_) return *volatile_;
    if (sqlite3_exec(database_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) != SQLITE_OK) return failed(database_, "written", options_.path);
    {
        Statement insert(database_, "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        for (const auto& frame : frames) {
            insert.bind(1, static_cast<std::int64_t>(frame->number));
            insert.bind(2, frame->time);
            insert.bind(3, frame->type);
            insert.bind(4, frame->subject);
            insert.bind(5, frame->agent);
            insert.bind(6, static_cast<std::int64_t>(frame->delivery));
            insert.bind(7, frame->cloudEvent());
            if (insert.step() != SQLITE_DONE) {
                auto fault = failed(database_, "written", options_.path);
                insert.reset();
                sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
                return fault;
            }
            insert.reset();
        }
    }
    if (sqlite3_exec(database_, "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK) {
        auto fault = failed(database_, "written", options_.path);
        sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
        return fault;
    }
    newest_ = frames.back()->number;
    return {};
}

std::vector<FramePtr> Journal::after(std::uint64_t number, std::size_t limit) const {
    std::vector<FramePtr> frames;
    Statement rows(database_, "SELECT number, time, type, subject, agent, delivery, event FROM events WHERE number > ?1 ORDER BY number LIMIT ?2");
    rows.bind(1, static_cast<std::int64_t>(number));
    rows.bind(2, static_cast<std::int64_t>(limit));
    while (rows.row()) frames.push_back(frameOf(rows));
    return frames;
}

std::vector<std::string> Journal::lastOf(std::string_view type) const {
    std::vector<std::string> events;
    Statement rows(database_, "SELECT event FROM events WHERE number IN (SELECT MAX(number) FROM events WHERE type = ?1 GROUP BY subject) ORDER BY number");
    rows.bind(1, type);
    while (rows.row()) events.push_back(rows.text(0));
    return events;
}

void Journal::prune(std::int64_t now) {
    constexpr std::int64_t millisecondsPerDay = 86'400'000;
    {
        Statement remember(database_, "INSERT OR REPLACE INTO meta VALUES ('newest', ?1)");
        remember.bind(1, std::to_string(newest_));
        remember.step();
    }
    {
        Statement old(database_, "DELETE FROM events WHERE number IN (SELECT number FROM events WHERE time < ?1 ORDER BY number LIMIT 5000)");
        old.bind(1, now - options_.retentionDays * millisecondsPerDay);
        old.step();
    }
    Statement size(
        database_,
        "SELECT (SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count), (SELECT page_size FROM pragma_page_size)");
    if (!size.row() || static_cast<std::uint64_t>(size.number(0) * size.number(1)) <= options_.retentionBytes) return;
    Statement first(database_, "DELETE FROM events WHERE number IN (SELECT number FROM events ORDER BY number LIMIT 5000)");
    first.step();
}

}  // namespace deskline::events
