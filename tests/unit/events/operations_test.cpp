// Operations: kept, counted, settled, forgotten.
#include <catch2/catch.hpp>

#include "events/commands.hpp"
#include "events/operations.hpp"
#include "unit/events/asked.hpp"
#include "unit/events/rows.hpp"

using namespace deskline;
using namespace deskline::events;

TEST_CASE("operations: so many of one account and of all, by key at once, and there is room again when they are old",
          "[one-thread]") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    const Time start = now();
    const auto journal = journalIn(file);
    Operations operations;
    operations.load(journal->database());
    for (std::size_t i = 0; i < Operations::mostOfOne; ++i) {
        REQUIRE_FALSE(operations.full("ada"));
        operations.put(someOperation(i, "ada", start));
        if (operations.unsaved() == 1'000) write(*journal, operations);
    }
    REQUIRE(operations.full("ada"));
    CHECK(operations.full("ada")->slug.text() == "too-many-requests");
    CHECK_FALSE(operations.full("eve"));
    CHECK(operations.findByKey("ada", "key-7").value()->id == "ada7");
    {
        Operations again;
        again.load(journal->database());
        CHECK(again.full("ada"));  // over a restart
        CHECK(again.size() == Operations::mostOfOne);
    }
    // The journal cannot be written: as many operations wait as there is room for. They are found by their keys.
    for (std::size_t i = 0; !operations.full("a" + std::to_string(i)); ++i)
        operations.put(someOperation(i, "a" + std::to_string(i), start + day));
    CHECK(operations.unsaved() == Operations::mostUnsaved);
    CHECK(operations.full("eve")->slug.text() == "resource-unavailable");
    CHECK(operations.room("b"));
    CHECK(operations.findByKey("a77", "key-77").value()->id == "a7777");
    CHECK_FALSE(operations.findByKey("a77", "key-78").value());
    write(*journal, operations);
    CHECK_FALSE(operations.full("eve"));
    CHECK(operations.findByKey("a77", "key-77").value()->id == "a7777");
    operations.prune(start + Operations::kept + std::chrono::hours(1));
    write(*journal, operations);
    CHECK_FALSE(operations.full("ada"));
    CHECK(operations.size() == Operations::mostUnsaved);
    CHECK_FALSE(operations.findByKey("ada", "key-7").value());
    execute(file, "DELETE FROM operations");  // another program
    operations.countAgain();
    CHECK(operations.size() == 0);
    for (std::size_t i = 0; i < 30; ++i) {
        for (std::size_t n = 0; n < Operations::mostOfOne / 2 && operations.room("b" + std::to_string(i)); ++n)
            operations.put(someOperation(n, "b" + std::to_string(i), start));
        write(*journal, operations);
    }
    CHECK(operations.size() <= Operations::most + Operations::most / 10);
    CHECK(operations.full("eve")->slug.text() == "resource-unavailable");
    CHECK_FALSE(operations.room("z"));
}

TEST_CASE(
    "operations are kept over a restart; one that was running is in doubt then, and settles by the next picture") {
    const Folder folder;
    Expectation expected = toReady;
    {
        Bench bench(journalIn(folder.path / "journal.db"));
        open(bench);
        inLedger(bench.ledger, [&](LedgerContext& ledger) {
            ledger.operations().put({.id = "done",
                                     .actor = "crm",
                                     .key = "k1",
                                     .state = OperationState::succeeded,
                                     .started = ledger.now(),
                                     .status = 200,
                                     .body = {{"a", 1}}});
            ledger.operations().put({.id = "left",
                                     .actor = "crm",
                                     .key = "k2",
                                     .started = ledger.now(),
                                     .cause = lunch,
                                     .expectation = expected});
            return 0;
        });
    }
    Bench bench(journalIn(folder.path / "journal.db"), now);
    std::vector<Told> told;
    bench.ledger.answerWith([&](const Operation& operation) {
        CHECK(operation.id == "left");
        return Answer([&](const CommandOutcome& settled, LedgerContext&) {
            told.push_back({settled.cursor, settled.object.has_value(), settled.readAgain});
        });
    });
    bench.ledger.start();
    const auto [kept, left] = inLedger(bench.ledger, [](LedgerContext& ledger) {
        return std::pair(ledger.operations().findByKey("crm", "k1").value(), ledger.operations().find("left").value());
    });
    REQUIRE(kept);
    CHECK(kept->body.at("a") == 1);
    REQUIRE(left);
    CHECK(left->state == OperationState::indeterminate);
    CHECK(told.empty());
    TelephonyInventory inventory;
    inventory.agents = {{.id = "1001", .handler = "h", .state = AgentState::ready}};
    inventory.sessions = {someSession("s1", "1001")};
    inventory.sessions[0].state = SessionState::ready;
    bench.ledger.record({inventory});
    bench.frames();
    REQUIRE(told.size() == 1);
    CHECK(told[0].succeeded);
}

TEST_CASE("an operation whose event was told before the gateway ended is settled by it, and no later event is its") {
    const Folder folder;
    const bool ofAnyObject = GENERATE(false, true);  // as when a session is made, whose id is not known before
    const auto expected = ofAnyObject ? Expectation{Kind::agent_session, "", "1001", "new-session"} : toReady;
    std::string cursor;
    {
        Bench bench(journalIn(folder.path / "journal.db"));
        if (!ofAnyObject) open(bench);
        inLedger(bench.ledger, [&](LedgerContext& ledger) {
            ledger.operations().put(
                {.id = "left", .actor = "crm", .started = ledger.now(), .cause = lunch, .expectation = expected});
            ledger.operations().put({.id = "other",
                                     .actor = "crm",
                                     .started = ledger.now(),
                                     .cause = {"request-2", "admin", {}, {}},
                                     .expectation = expected});
            return 0;
        });
        const Asked asked(bench, expected);
        ofAnyObject ? open(bench) : bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
        cursor = inLedger(bench.ledger, [](LedgerContext& ledger) { return ledger.cursor(); });
        bench.ledger.record({SessionChanged{"s1", SessionEvent::not_ready}});
        bench.settle();
    }
    Bench bench(journalIn(folder.path / "journal.db"), now);
    std::map<std::string, std::vector<Told>> told;
    bench.ledger.answerWith([&](const Operation& operation) {
        return Answer([&, id = operation.id](const CommandOutcome& settled, LedgerContext&) {
            told[id].push_back({settled.cursor, settled.object.has_value(), settled.readAgain});
        });
    });
    bench.ledger.start();
    bench.frames();
    REQUIRE(told["left"].size() == 1);
    CHECK(told["left"][0].succeeded);
    CHECK(told["left"][0].cursor == cursor);
    CHECK(told["other"].empty());
    if (ofAnyObject)
        bench.ledger.record({SessionChanged{"s2", SessionEvent::new_session, someSession("s2", "1001")}});
    else
        bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
    CHECK(data(bench.frames().back()).at("cause").at("request") == "request-2");
    CHECK(told["left"].size() == 1);
}

TEST_CASE("operations are forgotten after 24 hours, a key with them") {
    const Folder folder;
    const auto journal = journalIn(folder.path / "journal.db");
    Operations operations;
    operations.load(journal->database());
    operations.put({.id = "old",
                    .actor = "crm",
                    .key = "k1",
                    .state = OperationState::succeeded,
                    .started = now() - std::chrono::hours(25)});
    operations.put({.id = "new", .actor = "crm", .key = "k2", .state = OperationState::succeeded, .started = now()});
    REQUIRE(journal->write({}, {&operations}).has_value());
    operations.prune(now());
    CHECK_FALSE(operations.findByKey("crm", "k1").value());  // at once, though it is there still
    REQUIRE(journal->write({}, {&operations}).has_value());
    CHECK_FALSE(operations.find("old").value());
    CHECK(operations.findByKey("crm", "k2").value());
    CHECK_FALSE(operations.findByKey("other", "k2").value());
}

TEST_CASE(
    "an operation is settled by no event that may be another's: of a request id that was given twice, of a former "
    "epoch") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    const bool shared = GENERATE(false, true);
    {
        Bench bench(journalIn(file));
        open(bench);
        inLedger(bench.ledger, [&](LedgerContext& ledger) {
            ledger.operations().put(
                {.id = "left", .actor = "crm", .started = ledger.now(), .cause = lunch, .expectation = toReady});
            if (shared)
                ledger.operations().put(
                    {.id = "too", .actor = "crm", .started = ledger.now(), .cause = lunch, .expectation = toReady});
            return 0;
        });
        const Asked asked(bench, toReady);
        bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
        bench.settle();
    }
    auto journal = Journal::open({.path = file, .lacksEvents = !shared});
    REQUIRE(journal.has_value());
    Bench bench(std::move(*journal), now);
    int told = 0;
    bench.ledger.answerWith(
        [&](const Operation&) { return Answer([&](const CommandOutcome&, LedgerContext&) { ++told; }); });
    bench.ledger.start();
    bench.frames();
    CHECK(told == 0);
}
