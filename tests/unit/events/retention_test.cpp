// What the journal's file keeps, and for how long: sizes, retention, the audit's chain after a cut, clocks that are
// set, and events that wait while the journal cannot be written.
#include "events/retention.hpp"
#include "events/unsaved.hpp"
#include "unit/events/past.hpp"
#include "unit/events/rows.hpp"

using namespace deskline;
using namespace deskline::events;

namespace {

using Steady = std::chrono::steady_clock::time_point;

}  // namespace

TEST_CASE("the audit, however large, pushes no event out") {
    const Folder folder;
    const auto journal = journalIn(folder.path / "journal.db", 1 << 20);
    REQUIRE(journal->append(someFrames(1, 18, now())).has_value());
    Audit audit;
    for (int i = 0; i < 4'800; ++i) audit.add(refusedBy("agent"));
    write(*journal, audit);
    CHECK(journal->database().bytesOf("audit") > 1 << 20);
    CHECK_FALSE(journal->prune(now().time_since_epoch().count()));
    CHECK(journal->oldest() == 1);
    CHECK(journal->after(0, 100).value().size() == 18);
}

TEST_CASE("the file grows no further once its retention is reached: what was cut makes room for what comes",
          "[one-thread]") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    const auto journal = journalIn(file, 1 << 20);
    std::uint64_t number = 0;
    const auto pagesAfterMore = [&] {
        REQUIRE(journal->append(someFrames(number + 1, number + 2'000, now(), 900))
                    .has_value());  // about twice as much as is kept
        number += 2'000;
        while (journal->prune(now().time_since_epoch().count())) {
        }
        return std::stoull(text(file, "PRAGMA page_count"));
    };
    (void)pagesAfterMore();
    const auto pages = pagesAfterMore();
    for (int i = 0; i < 10; ++i) CHECK(pagesAfterMore() <= pages + pages / 10);
    CHECK(text(file, "SELECT COUNT(*) = COUNT(DISTINCT key) AND COUNT(*) < 20 FROM meta") == "1");
}

TEST_CASE("what the tables take is counted as they come and go, by whoever writes, and over a restart") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    const auto truth = [&](const char* view) {
        return std::stoull(text(file, std::string("SELECT COALESCE(SUM(bytes), 0) FROM ") + view));
    };
    const auto check = [&](const Journal& journal) {
        CHECK(journal.database().bytesOf("events") == truth("event_sizes"));
        CHECK(journal.database().bytesOf("audit") == truth("audit_sizes"));
        CHECK(journal.database().bytesOf("operations") == truth("operation_sizes"));
    };
    {
        const auto journal = journalIn(file);
        Audit audit;
        Operations operations;
        operations.load(journal->database());
        audit.add(refusedBy("ada"));
        for (std::size_t i = 0; i < 3; ++i) operations.put(someOperation(i, "crm", now()));
        REQUIRE(journal
                    ->write({makeFrame({.number = 1,
                                        .kind = Kind::agent,
                                        .subject = "/agents/1001",
                                        .ownership = {"1001", {"Sales"}}},
                                       R"({"ä":"ö"})"),
                             someFrame(2, now())},
                            {&audit, &operations})
                    .has_value());
        auto larger = operations.find("crm1").value().value();
        larger.body = std::string(5'000, 'x');
        operations.put(std::move(larger));
        write(*journal, operations);
        check(*journal);
        CHECK(journal->database().bytesOf("operations") > 5'000);
        REQUIRE(noteInAudit(file, refusedBy("root")).has_value());  // another program
        REQUIRE(forgetAgent(file, "1001", "root").has_value());
        check(*journal);
        journal->prune((now() + 8 * day).time_since_epoch().count());
        check(*journal);
        CHECK(journal->database().bytesOf("events") == 0);
    }
    check(*journalIn(file));
}

TEST_CASE("the audit is cut at its own bounds, says so in itself, and its chain is checked from there on",
          "[one-thread]") {
    struct Row {
        const char* what;
        AuditRetention retention;
        int old, fresh;            // entries: of 40 days ago, of now
        std::int64_t least, most;  // of the last entry that is cut; 0: none is
    };
    for (const auto& row :
         {Row{"within both", {365, 1 << 20}, 100, 100, 0, 0}, Row{"too old", {30, 1 << 20}, 100, 100, 100, 100},
          Row{"half a day too old is not worth a cut", {40, 1 << 20}, 100, 100, 0, 0},
          Row{"too much", {365, 1 << 20}, 0, 4'900, 400, 2'400},
          Row{"too much by far: a part at a time", {365, 1 << 16}, 0, 9'000, 5'000, 5'000}}) {
        INFO(row.what);
        const Folder folder;
        const auto file = folder.path / "journal.db";
        const auto journal = journalIn(file);
        Audit audit;
        audit.keepFor(row.retention);
        for (int i = 0; i < row.old; ++i) audit.add(refusedBy("ada", now() - 40 * day - std::chrono::hours(12)));
        for (int i = 0; i < row.fresh; ++i) audit.add(refusedBy("ada"));
        write(*journal, audit);
        audit.prune(now());
        write(*journal, audit);
        const auto said = verified(file);
        CHECK_FALSE(said.broken);
        CHECK_FALSE(said.unnoted);
        const auto last = said.anchor ? said.anchor->number : 0;
        CHECK(last >= row.least);
        CHECK(last <= row.most);
        CHECK(audit.more() == (last == 5'000));
        if (!last) continue;
        CHECK(text(file, "SELECT json_extract(entry, '$.action') FROM audit ORDER BY number DESC LIMIT 1") ==
              "audit cut");
        CHECK(text(file, "SELECT json_extract(entry, '$.object') FROM audit ORDER BY number DESC LIMIT 1") ==
              "/audit/1-" + std::to_string(last));
        for (audit.prune(now()); audit.more(); audit.prune(now())) write(*journal, audit);
        CHECK(journal->database().bytesOf("audit") <= row.retention.bytes);
        CHECK_FALSE(verified(file).unnoted);
    }
}

TEST_CASE("an anchor that was moved, forged or taken away is seen") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    {
        const auto journal = journalIn(file);
        Audit audit;
        audit.keepFor({30, 1 << 20});
        for (int i = 0; i < 10; ++i) audit.add(refusedBy("ada", now() - 40 * day));
        for (int i = 0; i < 10; ++i) audit.add(refusedBy("ada"));
        write(*journal, audit);
        audit.prune(now());
        write(*journal, audit);
    }
    const auto good = verified(file);
    REQUIRE(good.anchor);
    CHECK(good.anchor->number == 10);
    CHECK(good.entries == 11);
    execute(file, "CREATE TABLE kept AS SELECT * FROM audit");
    execute(file, "CREATE TABLE kept_meta AS SELECT * FROM meta");
    for (const char* attack :
         {"DELETE FROM meta WHERE key = 'audit_anchor'",
          "UPDATE meta SET value = 'nonsense' WHERE key = 'audit_anchor'",
          "UPDATE meta SET value = '10 ' || (SELECT hash FROM audit WHERE number = 12) WHERE key = 'audit_anchor'",
          "UPDATE meta SET value = '12 ' || (SELECT hash FROM audit WHERE number = 12) WHERE key = 'audit_anchor'; "
          "DELETE FROM audit WHERE "
          "number <= 12",
          "DELETE FROM audit WHERE number = 11"}) {
        INFO(attack);
        execute(file, attack);
        const auto said = verified(file);
        CHECK((said.broken || said.unnoted));
        execute(file,
                "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept; DELETE FROM meta; INSERT INTO meta SELECT * "
                "FROM kept_meta");
        CHECK_FALSE(verified(file).broken);
    }
}

TEST_CASE("the time by which things grow old follows no clock that jumps ahead, until that has stayed so for a day") {
    const Time start = now();
    const Steady boot{};
    struct Step {
        std::chrono::minutes passes;
        std::chrono::hours clock;  // by how much it is wrong then
        bool follows;
    };
    struct Row {
        const char* what;
        std::vector<Step> steps;
    };
    using std::chrono::hours;
    const Row rows[] = {
        {"all is well", {{hours(1), hours(0), true}, {hours(30), hours(0), true}}},
        {"a year ahead, and back within hours",
         {{hours(1), hours(8'760), false}, {hours(6), hours(8'760), false}, {hours(1), hours(0), true}}},
        {"a year ahead for more than a day",
         {{hours(1), hours(8'760), false}, {hours(12), hours(8'760), false}, {hours(13), hours(8'760), true}}},
        {"back: at once",
         {{hours(1), hours(-48), true},
          {hours(1), hours(-48), true},
          {hours(1), hours(0), false},
          {hours(25), hours(0), true}}},
        {"less than an hour is drift", {{hours(1), hours(1), true}, {hours(1), hours(2), true}}},
    };
    for (const auto& row : rows) {
        INFO(row.what);
        RetentionClock clock(start);
        CHECK(clock.at(start, boot) == start);
        auto passed = std::chrono::minutes(0);
        for (const auto& step : row.steps) {
            passed += step.passes;
            const auto wall = start + passed + step.clock;
            const auto said = clock.at(wall, boot + passed);
            CHECK((said == wall) == step.follows);
            CHECK(said <= wall);
            CHECK(clock.ahead() == !step.follows);
        }
    }
    RetentionClock before(start);
    before.at(start, boot);
    before.at(start + 100 * day, boot + std::chrono::hours(1));  // ahead
    auto after = RetentionClock::parse(before.text(), Time{});   // another gateway, started at once
    CHECK(after.at(start + 100 * day, boot) == start + std::chrono::hours(1));
    CHECK(after.at(start + 100 * day, boot + std::chrono::hours(22)) == start + std::chrono::hours(23));
    CHECK(after.at(start + 100 * day, boot + std::chrono::hours(24)) == start + 100 * day);  // the hour before counts
    CHECK(RetentionClock::parse("nonsense", start).at(start, boot) == start);
}

TEST_CASE(
    "a clock that is set forward and put right within hours costs no event; what was told meanwhile grows old with the "
    "rest") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    const Time start = now();
    const auto journal = journalIn(file);
    Operations operations;
    Audit audit;
    operations.load(journal->database());
    const Steady boot{};
    Retention retention(*journal, operations, audit, boot);
    auto passed = std::chrono::hours(0);
    const auto cut = [&](auto clock) {
        passed += std::chrono::hours(1);
        retention.cut(start + passed + clock, boot + passed);
    };
    REQUIRE(journal->append(someFrames(1, 10, start)).has_value());
    cut(std::chrono::hours(0));
    REQUIRE(journal->append(someFrames(11, 3'000, start + 365 * day)).has_value());  // a year ahead
    for (int i = 0; i < 5; ++i) cut(365 * day);
    CHECK(journal->oldest() == 1);
    REQUIRE(journal->append(someFrames(3'001, 4'500, start + passed)).has_value());  // put right
    for (int i = 0; i < 24 * 6; ++i) cut(std::chrono::hours(0));
    CHECK(journal->oldest() == 1);
    for (int i = 0; i < 24 * 2; ++i) cut(std::chrono::hours(0));
    CHECK(journal->oldest() == 4'501);  // a week later all are gone, those of the year ahead too
}

TEST_CASE("a clock that is set forward before anything was looked through the first time costs no event either") {
    const auto journal = journalIn({});
    Operations operations;
    Audit audit;
    operations.load(journal->database());
    const Time start = now();
    const Steady boot{};
    Retention retention(*journal, operations, audit, boot);
    REQUIRE(journal->append(someFrames(1, 10, start)).has_value());
    for (int hours = 1; hours < 4; ++hours)
        retention.cut(start + 365 * day + std::chrono::hours(hours), boot + std::chrono::hours(hours));
    CHECK(journal->oldest() == 1);
}

TEST_CASE("events that wait for the journal have room for so many, and the journal knows the gap") {
    for (const std::size_t bytes : {10UL, 1UL << 20}) {
        Unsaved unsaved;
        const auto frame = someFrame(1, now(), bytes);
        std::size_t lost = 0, most = 0;
        for (std::size_t i = 0; i < (bytes > 10 ? 600 : Unsaved::most + 50'000); ++i) {
            unsaved.add(frame);
            lost += unsaved.trim();
            most = std::max(most, unsaved.frames().size());
        }
        CHECK(lost > 0);
        CHECK(unsaved.frames().size() <= Unsaved::most);
        CHECK(unsaved.bytes() <= Unsaved::mostBytes);
        CHECK(unsaved.bytes() == unsaved.frames().size() * frame->text.size());
        CHECK(most > unsaved.frames().size() / 2);
    }
    const Folder folder;
    const auto file = folder.path / "journal.db";
    const auto check = [](const Journal& journal) {
        for (const auto& [from, there] : std::map<std::uint64_t, bool>{
                 {0, true}, {9, true}, {10, false}, {15, false}, {19, false}, {20, true}, {30, true}}) {
            INFO(from);
            CHECK(journal.reachesBackTo(from) == there);
        }
        CHECK(journal.after(5, 100).value().size() == 5);  // never across the gap
        CHECK(journal.after(20, 100).value().size() == 10);
    };
    {
        const auto journal = journalIn(file);
        REQUIRE(journal->append(someFrames(1, 10, now())).has_value());
        REQUIRE(journal->append(someFrames(21, 30, now())).has_value());
        check(*journal);
    }
    check(*journalIn(file));
    Bench bench(journalIn(file));
    std::optional<SubscriptionStart> over, beside;
    const auto epoch = journalIn(file)->epoch();
    const Subscription queues{.topics = {"queue"}, .visibility = Visibility::everything()};
    bench.ledger.attach(bench.shard, queues, epoch + "-15", [&](SubscriptionStart a) { over = std::move(a); });
    bench.ledger.attach(bench.shard, queues, epoch + "-20", [&](SubscriptionStart a) { beside = std::move(a); });
    while (!over || !beside) bench.frames();
    CHECK(over->reset == "journal-truncated");
    CHECK(beside->resumed);
    const auto told = [&](const std::string& cursor) {
        const auto page = pageOf(bench, {queues, cursor});
        if (!page) return std::string(page.error().slug);
        std::string numbers;
        for (const auto& frame : page->frames) numbers += std::to_string(frame->number) + " ";
        return numbers + page->cursor.substr(page->cursor.find('-'));
    };
    CHECK(told(epoch + "-7") == "8 9 10 -10");
    CHECK(told(epoch + "-10") == "journal-truncated");
    CHECK(told(epoch + "-20") == "21 22 23 24 25 26 27 28 29 30 -30");
    CHECK(told("") == "1 2 3 4 5 6 7 8 9 10 -10");
    const Subscription calls{.topics = {"call"}, .visibility = Visibility::everything()};
    CHECK(pageOf(bench, {calls, epoch + "-7"})->cursor ==
          epoch + "-10");  // no event matches, and the cursor does not pass the gap
    CHECK(pageOf(bench, {calls, ""})->cursor == epoch + "-30");
}

TEST_CASE("audit entries that wait for the journal have room for so many; one says how many had to go") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    const auto journal = journalIn(file);
    Audit audit;
    for (std::size_t i = 0; i < Audit::mostUnsaved + 4'812; ++i) audit.add(refusedBy("ada"));
    CHECK(audit.unsaved() == Audit::mostUnsaved);
    CHECK(audit.droppedInAll() == 4'812);
    write(*journal, audit);
    CHECK(text(file,
               "SELECT json_extract(entry, '$.outcome') || ' ' || json_extract(entry, '$.detail') FROM audit ORDER BY "
               "number LIMIT 1")
              .starts_with("lost 4812 entries"));
    CHECK(verified(file).entries == Audit::mostUnsaved + 1);
    auto large = refusedBy("ada");
    large.detail = std::string(60'000, 'x');
    for (int i = 0; i < 2'000; ++i) audit.add(large);
    CHECK(audit.unsaved() < Audit::mostUnsavedBytes / 60'000);
}
