// A journal that other programs wrote into: rows that are damaged, numbers that were given twice; and work that throws.
#include "events/archive.hpp"
#include "unit/events/bench.hpp"
#include "unit/events/past.hpp"
#include "unit/events/rows.hpp"

using namespace deskline;
using namespace deskline::events;

namespace {

Result<std::vector<AuditRow>> auditIn(const std::filesystem::path& file, std::size_t limit) {
    Database database;
    bool damaged = false;
    if (auto opened = database.open(file, Database::Access::read, Database::Durability::full, damaged); !opened)
        return opened.error();
    return readAudit(database, {}, limit);
}

struct Row {  // an operation as its columns have it; `good`: it can be read
    const char *id, *state, *headers, *body, *cause, *expectation;
    bool good;
};
constexpr const char *cause = R"({"request":"r","actor":"x"})", *none = "null";
constexpr Row rows[] = {
    {"good", "running", R"({"ETag":"1"})", "{}", cause, none, true},
    {"settled", "succeeded", "{}", none, cause, none, true},
    {"a header that is a number", "running", R"({"x":1})", none, cause, none, false},
    {"a header that is an object", "running", R"({"x":{}})", none, cause, none, false},
    {"headers that are a list", "running", "[]", none, cause, none, false},
    {"headers that are no JSON", "running", "{", none, cause, none, false},
    {"headers that are nothing", "running", "", none, cause, none, false},
    {"a body that is no JSON", "running", "{}", "{", cause, none, false},
    {"a body that is a text", "running", "{}", "\"x\"", cause, none, false},
    {"a cause that is a number", "running", "{}", none, "7", none, false},
    {"a cause that is no JSON", "running", "{}", none, "", none, false},
    {"an expectation of something else", "running", "{}", none, cause, "{\"x\":1}", false},
    {"an expectation of no event", "running", "{}", none, cause,
     R"({"type":"deskline.x","subject":"/x/1","agent":"","event":"e"})", false},
    {"an expectation of another one", "running", "{}", none, cause,
     R"({"type":"deskline.agent","subject":"/sessions/1","agent":"","event":"e"})", false},
    {"an expectation of nothing", "running", "{}", none, cause,
     R"({"type":"deskline.agent","subject":"/agents/","agent":"","event":"e"})", false},
    {"one without a group, as older gateways wrote", "running", "{}", none, cause,
     R"({"type":"deskline.agent-session","subject":"/sessions/s1","agent":"","event":"ready"})", true},
    {"one of any of an agent, as older gateways wrote", "running", "{}", none, cause,
     R"({"type":"deskline.agent-session","subject":"","agent":"1001","event":"new-session"})", true},
    {"an unknown state", "sleeping", "{}", none, cause, none, false},
    {"too deep", "running", "{}", none, cause, "", false},
    {"a start that is no number", "succeeded", "{}", none, cause, none, false},
};

}  // namespace

TEST_CASE(
    "an operation of which one column is damaged cannot be read, whoever asks and how: it is not as if it were not "
    "there") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    { const auto made = journalIn(file); }
    for (const auto& row : rows) {
        const auto started = std::string_view(row.id) == "a start that is no number"
                                 ? "'noon'"
                                 : std::to_string(now().time_since_epoch().count());
        const auto expectation =
            std::string_view(row.id) == "too deep" ? std::string(20'000, '[') : std::string(row.expectation);
        execute(file, std::string("INSERT INTO operations VALUES ('") + row.id + "', 'crm', '" + row.id +
                          "', '', '1001', 'c', '" + row.state + "', " + started + ", 0, 0, '" + row.headers + "', '" +
                          row.body + "', '', '" + row.cause + "', '" + expectation + "')");
    }
    auto journal = journalIn(file);
    Operations operations;
    REQUIRE(operations.load(journal->database()).has_value());
    CHECK(operations.unsettled().size() == 3);
    for (const auto& row : rows) {
        INFO(row.id);
        for (const auto& found : {operations.find(row.id), operations.findByKey("crm", row.id)}) {
            CHECK(found.has_value() == row.good);
            if (row.good)
                CHECK(found->has_value());
            else
                CHECK(found.error().slug.text() == "resource-unavailable");
        }
    }
    CHECK_FALSE(operations.findByKey("crm", "another").value());
    CHECK_FALSE(operations.findByKey("eve", "good").value());
    REQUIRE(journal->write({}, {&operations}).has_value());
    Statement left(journal->database(), "SELECT COUNT(*) FROM operations");
    REQUIRE(left.row());
    CHECK(left.number(0) == std::ssize(rows));
    left.reset();
    operations.prune(now() + Operations::kept + std::chrono::hours(1));
    REQUIRE(journal->write({}, {&operations}).has_value());
    REQUIRE(left.row());
    CHECK(left.number(0) == 4);  // kept: three good ones, not settled yet, and the one whose start cannot be read
    CHECK_FALSE(operations.findByKey("crm", "a body that is a text").value());
    CHECK(operations.findByKey("crm", "a start that is no number").has_error());  // never a second time
}

TEST_CASE("records that cannot be read stay in the file, also when all of them are written anew") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    { const auto made = journalIn(file); }
    execute(file,
            R"(INSERT INTO records VALUES ('test', 'broken', '{'), ('test', 'list', '[]'), ('test', 'good', '{}'),
             ('test', 'gone', '{}'))");
    const auto journal = journalIn(file);
    Records records;
    REQUIRE(records.load(journal->database()).has_value());
    records.erase("test", "gone");
    for (std::size_t i = 0; i <= Records::mostUnsaved; ++i) records.put(i % 2 ? "odd" : "even", std::to_string(i), {});
    REQUIRE(journal->write({}, {&records}).has_value());
    Statement left(journal->database(), "SELECT id FROM records WHERE kind = 'test' ORDER BY id");
    for (const auto* id : {"broken", "good", "list"}) {
        REQUIRE(left.row());
        CHECK(left.text(0) == id);
    }
    CHECK_FALSE(left.row());
}

TEST_CASE("records and audit entries that are no objects are left out, and those beside them told") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    { const auto made = journalIn(file); }
    for (const auto* name : {"one", "two", "three"})
        REQUIRE(noteInAudit(file, {.actor = name, .action = "test", .outcome = "succeeded"}).has_value());
    execute(file,
            R"(INSERT INTO records VALUES ('key-use', 'good', '{"at":"x"}'), ('key-use', 'list', '[]'),
             ('key-use', 'broken', '{'), ('key-use', 'blob', X'ff00');
        UPDATE audit SET entry = '7' WHERE number = 1; UPDATE audit SET entry = '{"actor"' WHERE number = 2;)");
    const auto records = readRecords(file, "key-use");
    REQUIRE(records.has_value());
    CHECK(records->size() == 1);
    const auto audit = auditIn(file, 10);
    REQUIRE(audit.has_value());
    REQUIRE(audit->size() == 1);
    CHECK(audit->front().entry.at("actor") == "three");
    execute(file,
            R"(UPDATE audit SET entry = '7' WHERE number = 2;
             UPDATE audit SET entry = '{"actor":"one"}' WHERE number = 1)");
    CHECK(auditIn(file, 2)->size() == 2);  // a page is filled with readable entries, so that reading on misses none
    CHECK(verifyAudit(file)->broken == 1);
    CHECK(readRecords(folder.path / "none.db", "key-use")->empty());  // there is none: nothing is kept
    std::filesystem::create_directory(folder.path / "folder.db");
    CHECK(readRecords(folder.path / "folder.db", "key-use").has_error());  // it cannot be read: that is said
    CHECK(auditIn(folder.path / "folder.db", 10).has_error());
}

TEST_CASE("numbers that somebody else gave away: they are not offered again, and the next one begins an epoch") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    std::string epoch;
    {
        Bench bench(journalIn(file));
        bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
        const auto before = bench.frames();
        REQUIRE(before.size() == 1);
        epoch = before[0]->cursor().substr(0, before[0]->cursor().find('-'));
        CHECK_FALSE(bench.ledger.health().conflict);
        execute(file,
                "INSERT INTO events (number, time, type, subject, agent, delivery, event, groups) SELECT 3, time, "
                "type, subject, agent, delivery, event, "
                "groups FROM events");
        bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
        bench.settle();
        CHECK_FALSE(bench.ledger.health().conflict);  // number 2 was free
        bench.ledger.record({SessionChanged{"s1", SessionEvent::busy}});
        bench.settle();
        const auto health = bench.ledger.health();
        CHECK(health.conflict);
        CHECK_FALSE(health.durable);
        CHECK(health.journalFault.find("under the numbers of this gateway") != std::string::npos);
        // Records are written all the same: they have no number that could be given twice.
        const auto kept = inLedger(bench.ledger, [](LedgerContext& ledger) {
            ledger.records().put("test", "kept", {{"a", 1}});
            return true;
        });
        CHECK(kept);
        bench.settle();
        CHECK(bench.ledger.health().conflict);
    }
    CHECK(readRecords(file, "test")->contains("kept"));
    const auto journal = journalIn(file);
    CHECK(journal->epoch() != epoch);
    CHECK(journal->newest() > 3);
    CHECK(journal->oldest() == journal->newest() + 1);  // nothing from before is told on under the new epoch
    CHECK(
        journal
            ->append({makeFrame({.number = journal->newest() + 1, .kind = Kind::agent, .subject = "/agents/1"}, "{}")})
            .has_value());
}

TEST_CASE("work that throws ends alone: the ledger goes on, and counts it") {
    Bench bench(journalIn({}));
    std::atomic<int> after{0};
    bench.ledger.transact([](LedgerContext&) { throw std::runtime_error("a mistake"); });
    bench.ledger.transact([&](LedgerContext& ledger) {
        ledger.afterCommit([] { throw std::runtime_error("another one"); });
        ledger.afterCommit([&] { ++after; });
    });
    bench.ledger.query([](const State&, const std::string&) { throw std::out_of_range("a third"); });
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    CHECK(bench.frames().size() == 1);
    CHECK(after == 1);
    CHECK(bench.ledger.health().failedTasks == 3);
    CHECK(bench.ledger.health().durable);
}

TEST_CASE("rows of events that something else left are named and left alone; the others are read") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    for (const auto* left : {"event = ''", "event = 'x'", "event = '{'", "event = '}'", "event = '[1]'", "event = '{}'",
                             "event = '{x}'", "event = '{\"a\":1'", "event = x'00'", "event = 7", "event = x''",
                             "type = ''", "type = 'call'", "type = 'deskline'", "type = 'deskline.bogus'"}) {
        CAPTURE(left);
        std::filesystem::remove(file);
        REQUIRE(journalIn(file)->append(someEvents(1, 3)).has_value());
        execute(file, "UPDATE events SET " + std::string(left) + " WHERE number = 2");
        const auto journal = journalIn(file);
        const auto frames = journal->after(0, 10).value();
        REQUIRE(frames.size() == 2);
        CHECK(frames.back()->number == 3);
        std::size_t last = 0;
        for (const auto& frame : frames) last += journal->lastOf(frame->kind).value().size();
        CHECK(last > 0);
    }
}
