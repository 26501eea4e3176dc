// The rows of a journal that something else has written into. One row a line, its fields with tabs between them; the
// first is the table's first letter: e(vents), o(perations), r(ecords), a(udit), m(eta).
#include "events/journal.hpp"

#include <sqlite3.h>

#include <map>
#include <sstream>

#include "events/archive.hpp"
#include "events/operations.hpp"
#include "events/records.hpp"
#include "fuzz.hpp"

namespace deskline::fuzz {
namespace {

using namespace events;

const std::map<char, std::pair<const char*, int>> tables = {
    {'e',
     {"INSERT OR REPLACE INTO events (number, time, type, subject, agent, delivery, event, groups) VALUES (?1, ?2, ?3, "
      "?4, ?5, ?6, ?7, ?8)",
      8}},
    {'o',
     {"INSERT OR REPLACE INTO operations (id, actor, key, fingerprint, agent, command, state, started, settled, "
      "status, headers, body, cursor, cause, "
      "expectation) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
      15}},
    {'r', {"INSERT OR REPLACE INTO records (kind, id, body) VALUES (?1, ?2, ?3)", 3}},
    {'a', {"INSERT OR REPLACE INTO audit (number, time, entry, hash) VALUES (?1, ?2, ?3, ?4)", 4}},
    {'m', {"INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)", 2}},
};

// An empty journal, created once; each input gets a copy.
std::string emptyJournal(const std::filesystem::path& path) {
    HOLDS(Journal::open({.path = path}).has_value());
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void fill(const std::filesystem::path& path, std::string_view rows) {
    sqlite3* database = nullptr;
    HOLDS(sqlite3_open(path.string().c_str(), &database) == SQLITE_OK);
    sqlite3_exec(database, "PRAGMA synchronous = OFF; BEGIN", nullptr, nullptr, nullptr);
    while (!rows.empty()) {
        auto row = line(rows);
        const auto table = tables.find(row.empty() ? ' ' : row[0]);
        if (table == tables.end()) continue;
        sqlite3_stmt* insert = nullptr;
        HOLDS(sqlite3_prepare_v2(database, table->second.first, -1, &insert, nullptr) == SQLITE_OK);
        row.remove_prefix(
            std::min(row.size(), row.find('\t') == std::string_view::npos ? row.size() : row.find('\t') + 1));
        for (int at = 1; at <= table->second.second; ++at) {
            const auto field = row.substr(0, row.find('\t'));
            sqlite3_bind_text(insert, at, field.empty() ? "" : field.data(), static_cast<int>(field.size()),
                              SQLITE_TRANSIENT);
            row.remove_prefix(std::min(row.size(), field.size() + 1));
        }
        sqlite3_step(insert);  // a row that the schema refuses is none
        sqlite3_finalize(insert);
    }
    sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr);
    sqlite3_close(database);
}

}  // namespace

void one(std::string_view input) {
    static const Folder folder;
    static const auto empty = emptyJournal(folder.path / "empty.db");
    const auto path = folder.write("journal.db", empty);
    for (const char* side : {"-wal", "-shm"}) std::filesystem::remove(path.string() + side);
    fill(path, input);
    {
        auto journal = Journal::open({.path = path});
        if (!journal) return isReason(journal.error());
        HOLDS((*journal)->setAside().empty());
        const auto frames = (*journal)->after(0, 1000);
        HOLDS(frames.has_value());
        for (const auto& frame : *frames) {
            HOLDS(frame->text.starts_with('{'));
            HOLDS(frame->cursor().size() <= frame->text.size() && kindOfType(frame->type()) == frame->kind);
        }
        for (const auto kind : {Kind::call, Kind::agent_session}) (void)(*journal)->lastOf(kind);
        (void)(*journal)->retentionClock();
        Operations operations;
        operations.load((*journal)->database());
        for (const auto& operation : operations.unsettled()) {
            HOLDS(operations.find(operation.id)->has_value());
            (void)operations.findByKey(operation.actor, operation.key);
        }
        for (const auto* id : {"1", "op"}) (void)operations.find(id);
        (void)operations.findByKey("crm", "k");
        Records records;
        records.load((*journal)->database());
        for (const auto* kind : {"webhook", "key-use"})
            for (const auto& [id, body] : records.all(kind)) HOLDS(records.find(kind, id) == &body);
        if (const auto rows = readAudit((*journal)->database(), std::nullopt, 100); !rows) isReason(rows.error());
        (void)(*journal)->prune(now().time_since_epoch().count());
    }
    if (const auto verified = verifyAudit(path); !verified) isReason(verified.error());
    std::ostringstream out;
    if (const auto count = exportEvents(path, std::nullopt, std::nullopt, out); !count) isReason(count.error());
    if (const auto count = exportAudit(path, std::nullopt, std::nullopt, out); !count) isReason(count.error());
    (void)readRecords(path, "key-use");
}

}  // namespace deskline::fuzz
