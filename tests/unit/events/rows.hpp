// Rows for the journal's file, and queries of it, for tests of retention.
#pragma once
#include <sqlite3.h>

#include "events/archive.hpp"
#include "unit/events/bench.hpp"

namespace deskline::events {

inline FramePtr someFrame(std::uint64_t number, Time time, std::size_t bytes = 10) {
    return makeFrame(
        {.number = number, .time = time.time_since_epoch().count(), .kind = Kind::queue, .subject = "/queues/1"},
        "{\"pad\":\"" + std::string(bytes, 'x') + "\"}");
}

inline std::vector<FramePtr> someFrames(std::uint64_t first, std::uint64_t last, Time time, std::size_t bytes = 10) {
    std::vector<FramePtr> frames;
    for (auto number = first; number <= last; ++number) frames.push_back(someFrame(number, time, bytes));
    return frames;
}

inline AuditEntry refusedBy(const std::string& actor, Time time = now()) {
    return {.time = time,
            .actor = actor,
            .action = "PUT /agents/1009",
            .outcome = "forbidden",
            .status = 403,
            .address = "192.0.2.7",
            .detail = "May not."};
}

inline std::string text(const std::filesystem::path& file, const std::string& sql) {
    Database database;
    bool damaged = false;
    REQUIRE(database.open(file, Database::Access::write, Database::Durability::normal, damaged).has_value());
    Statement row(database, sql.c_str());
    return row.row() ? row.text(0) : std::string();
}

// Runs SQL on the file, as another program would.
inline void execute(const std::filesystem::path& file, const std::string& sql) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(file.string().c_str(), &database) == SQLITE_OK);
    sqlite3_busy_timeout(database, 2000);
    char* wrong = nullptr;
    const int done = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &wrong);
    INFO(sql << (wrong ? wrong : ""));
    sqlite3_free(wrong);
    sqlite3_close(database);
    REQUIRE(done == SQLITE_OK);
}

inline Verified verified(const std::filesystem::path& file) {
    auto said = verifyAudit(file);
    REQUIRE(said.has_value());
    return *said;
}

inline void write(Journal& journal, Store& store) { REQUIRE(journal.write({}, {&store}).has_value()); }

inline Operation someOperation(std::size_t number, const std::string& actor, Time started) {
    return {.id = actor + std::to_string(number),
            .actor = actor,
            .key = "key-" + std::to_string(number),
            .state = OperationState::succeeded,
            .started = started};
}

}  // namespace deskline::events
