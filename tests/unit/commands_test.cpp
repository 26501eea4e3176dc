#include "bench.hpp"

using namespace deskline;
using namespace deskline::events;

namespace {

const Cause lunch{"request-1", "admin", "lunch", {}};
const Expectation toReady{"deskline.agent-session", "/sessions/s1", "", "ready"};
const Fault timedOut{"source-timeout", "ITAgentSession::put_State answered TAPI_E_TIMEOUT.", {}, {}, true};

struct Told {
    std::optional<std::string> cursor;
    bool succeeded, readAgain;
};

// A command and what it is answered, each time that it is.
struct Asked {
    Ledger& ledger;
    CommandId id;
    std::vector<Told> told = {};

    Asked(Bench& bench, std::optional<Expectation> expected, Cause cause = lunch) : ledger(bench.ledger), id(bench.ledger.nextCommand()) {
        ledger.transact([=, this](Books& books) { books.begin(id, {cause, expected, "/sessions/s1"}); });
    }
    void settle(Result<std::string> object, bool eventExpected = true) {
        ledger.settle(id, std::move(object), eventExpected, [this](const Settled& settled, Books&) {
            told.push_back({settled.cursor, settled.object.has_value(), settled.readAgain});
        });
    }
};

Result<std::string> done(const char* id) { return Result<std::string>(boost::system::in_place_value, id); }

void open(Bench& bench) { bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}}); }

}  // namespace

TEST_CASE("an event that comes before, or after, the outcome has the cause of its command, and the answer its cursor") {
    Bench bench(journalIn({}));
    open(bench);
    for (const bool early : {true, false}) {
        Asked asked(bench, toReady);
        if (early) bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
        asked.settle(done("s1"));
        if (!early) bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
        const auto frames = bench.frames();
        REQUIRE(asked.told.size() == 1);
        REQUIRE(asked.told[0].cursor);
        CHECK(frames.back()->cloudEvent().find("\"id\":\"" + *asked.told[0].cursor + "\"") != std::string::npos);
        CHECK(data(frames.back()).at("cause").at("request") == "request-1");
        CHECK(data(frames.back()).at("session").at("reason") == "lunch");
    }
    bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
    CHECK_FALSE(data(bench.frames().back()).contains("cause"));
}

TEST_CASE("where no event comes, the answer says so after two seconds; where none is expected, at once") {
    Bench bench(journalIn({}));
    for (const bool expected : {false, true}) {
        Asked asked(bench, std::nullopt);
        asked.settle(done("s1"), expected);
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (inLedger(bench.ledger, [&](Books&) { return asked.told.empty(); }) && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        REQUIRE(asked.told.size() == 1);
        CHECK_FALSE(asked.told[0].cursor);
    }
}

TEST_CASE("an unknown outcome is answered as such, and settled by its event when that comes late, with its cause") {
    Bench bench(journalIn({}));
    open(bench);
    Asked asked(bench, toReady);
    asked.settle(timedOut);
    bench.frames();
    REQUIRE(asked.told.size() == 1);
    CHECK_FALSE(asked.told[0].succeeded);
    CHECK_FALSE(asked.told[0].readAgain);
    bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
    const auto frames = bench.frames();
    CHECK(data(frames.back()).at("cause").at("actor") == "admin");
    REQUIRE(asked.told.size() == 2);
    CHECK(asked.told[1].succeeded);
    CHECK(asked.told[1].cursor);
}

TEST_CASE("an unknown outcome is settled when the state is read again") {
    for (const bool carriedOut : {true, false}) {
        Bench bench(journalIn({}));
        open(bench);
        Asked asked(bench, toReady);
        asked.settle(timedOut);
        bench.ledger.record({SessionRead{"other", SessionState::ready}});
        bench.frames();
        CHECK(asked.told.size() == 1);
        bench.ledger.record({SessionRead{"s1", carriedOut ? SessionState::ready : SessionState::not_ready}});
        bench.frames();
        REQUIRE(asked.told.size() == 2);
        CHECK(asked.told[1].succeeded == carriedOut);
        CHECK(asked.told[1].readAgain == !carriedOut);
    }
}

TEST_CASE("an agent that is found again as it was is of no command") {
    Bench bench(journalIn({}));
    TelephonyPicture picture;
    picture.agents = {{.id = "1001", .handler = "h", .state = AgentState::not_ready}};
    bench.ledger.record({picture});
    bench.ledger.record({SourceLost{Source::telephony, timedOut}});
    const Asked asked(bench, Expectation{"deskline.agent", "/agents/1001", "", "not-ready"});
    bench.ledger.record({picture});
    const auto again = bench.frames();
    CHECK(data(again.back()).at("event") == "not-ready");
    CHECK_FALSE(data(again.back()).contains("cause"));
    bench.ledger.record({AgentChanged{"1001", AgentEvent::not_ready}});
    CHECK(data(bench.frames().back()).at("cause").at("request") == "request-1");
}

TEST_CASE("while a command is under way its object is busy") {
    Bench bench(journalIn({}));
    const auto busy = [&] { return inLedger(bench.ledger, [](Books& books) { return books.busy("/sessions/s1"); }); };
    CHECK_FALSE(busy());
    Asked asked(bench, std::nullopt);
    CHECK(busy());
    asked.settle(done("s1"), false);
    CHECK_FALSE(busy());
}

TEST_CASE("operations are kept over a restart; one that was running is in doubt then, and settles by the next picture") {
    const Folder folder;
    Expectation expected = toReady;
    {
        Bench bench(journalIn(folder.path / "journal.db"));
        open(bench);
        inLedger(bench.ledger, [&](Books& books) {
            books.operations().put(
                {.id = "done", .actor = "crm", .key = "k1", .state = OperationState::succeeded, .started = books.now(), .status = 200, .body = {{"a", 1}}});
            books.operations().put({.id = "left", .actor = "crm", .key = "k2", .started = books.now(), .cause = lunch, .expectation = expected});
            return 0;
        });
    }
    Bench bench(journalIn(folder.path / "journal.db"), now);
    std::vector<Told> told;
    bench.ledger.answerWith([&](const Operation& operation) {
        CHECK(operation.id == "left");
        return Answer([&](const Settled& settled, Books&) { told.push_back({settled.cursor, settled.object.has_value(), settled.readAgain}); });
    });
    bench.ledger.start();
    const auto [kept, left] =
        inLedger(bench.ledger, [](Books& books) { return std::pair(books.operations().findByKey("crm", "k1"), books.operations().find("left")); });
    REQUIRE(kept);
    CHECK(kept->body.at("a") == 1);
    REQUIRE(left);
    CHECK(left->state == OperationState::indeterminate);
    CHECK(told.empty());
    TelephonyPicture picture;
    picture.agents = {{.id = "1001", .handler = "h", .state = AgentState::ready}};
    picture.sessions = {someSession("s1", "1001")};
    picture.sessions[0].state = SessionState::ready;
    bench.ledger.record({picture});
    bench.frames();
    REQUIRE(told.size() == 1);
    CHECK(told[0].succeeded);
}

TEST_CASE("an operation whose event was told before the gateway ended is settled by it, and no later event is its") {
    const Folder folder;
    const bool ofAnyObject = GENERATE(false, true);  // as the making of a session: which one it will be nobody knows
    const auto expected = ofAnyObject ? Expectation{"deskline.agent-session", "", "1001", "new-session"} : toReady;
    std::string cursor;
    {
        Bench bench(journalIn(folder.path / "journal.db"));
        if (!ofAnyObject) open(bench);
        inLedger(bench.ledger, [&](Books& books) {
            books.operations().put({.id = "left", .actor = "crm", .started = books.now(), .cause = lunch, .expectation = expected});
            books.operations().put({.id = "other", .actor = "crm", .started = books.now(), .cause = {"request-2", "admin", {}, {}}, .expectation = expected});
            return 0;
        });
        const Asked asked(bench, expected);
        ofAnyObject ? open(bench) : bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
        cursor = inLedger(bench.ledger, [](Books& books) { return books.cursor(); });
        bench.ledger.record({SessionChanged{"s1", SessionEvent::not_ready}});
        bench.settle();
    }
    Bench bench(journalIn(folder.path / "journal.db"), now);
    std::map<std::string, std::vector<Told>> told;
    bench.ledger.answerWith([&](const Operation& operation) {
        return Answer([&, id = operation.id](const Settled& settled, Books&) {
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
    operations.put({.id = "old", .actor = "crm", .key = "k1", .state = OperationState::succeeded, .started = now() - std::chrono::hours(25)});
    operations.put({.id = "new", .actor = "crm", .key = "k2", .state = OperationState::succeeded, .started = now()});
    REQUIRE(journal->write({}, {&operations}).has_value());
    operations.prune(now());
    CHECK_FALSE(operations.findByKey("crm", "k1"));  // at once, though it is there still
    REQUIRE(journal->write({}, {&operations}).has_value());
    CHECK_FALSE(operations.find("old"));
    CHECK(operations.findByKey("crm", "k2"));
    CHECK_FALSE(operations.findByKey("other", "k2"));
}

TEST_CASE("a record is erased by its own key: it is gone from the file too") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    {
        const auto journal = journalIn(file);
        Records records;
        REQUIRE(records.load(journal->database()).has_value());
        for (const auto* id : {"an id that is longer than what a string holds in itself, 1", "an id that is longer than what a string holds in itself, 2"})
            records.put("delivery/a", id, {});
        REQUIRE(journal->write({}, {&records}).has_value());
        records.erase("delivery/a", records.all("delivery/a").begin()->first);
        CHECK(records.all("delivery/a").size() == 1);
        REQUIRE(journal->write({}, {&records}).has_value());
    }
    Records records;
    REQUIRE(records.load(journalIn(file)->database()).has_value());
    REQUIRE(records.all("delivery/a").size() == 1);
    CHECK(records.all("delivery/a").begin()->first.ends_with("2"));
}

TEST_CASE("records are written through and come back") {
    const Folder folder;
    for (int round = 0; round < 2; ++round) {
        const auto journal = journalIn(folder.path / "journal.db");
        Records records;
        records.load(journal->database());
        if (round == 0) {
            records.put("webhook", "a", {{"n", 1}});
            records.put("webhook", "b", {{"n", 2}});
            records.put("delivery/a", "1", {});
            REQUIRE(journal->write({}, {&records}).has_value());
            records.erase("webhook", "b");
            records.eraseAll("delivery/a");
            REQUIRE(journal->write({}, {&records}).has_value());
            CHECK_FALSE(records.changed());
        } else {
            CHECK(records.all("webhook").size() == 1);
            CHECK(records.find("webhook", "a")->at("n") == 1);
            CHECK(records.all("delivery/a").empty());
        }
    }
}

TEST_CASE("an operation is settled by no event that may be another's: of a request id that was given twice, of a former epoch") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    const bool shared = GENERATE(false, true);
    {
        Bench bench(journalIn(file));
        open(bench);
        inLedger(bench.ledger, [&](Books& books) {
            books.operations().put({.id = "left", .actor = "crm", .started = books.now(), .cause = lunch, .expectation = toReady});
            if (shared) books.operations().put({.id = "too", .actor = "crm", .started = books.now(), .cause = lunch, .expectation = toReady});
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
    bench.ledger.answerWith([&](const Operation&) { return Answer([&](const Settled&, Books&) { ++told; }); });
    bench.ledger.start();
    bench.frames();
    CHECK(told == 0);
}
