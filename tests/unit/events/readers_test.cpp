// Readers of the journal while the gateway runs: they take turns, are bounded, run on a thread of their own, and are
// given up at the end.
#include <catch2/catch.hpp>

#include <sqlite3.h>

#include <condition_variable>

#include "events/archive.hpp"
#include "unit/events/bench.hpp"
#include "unit/events/gate.hpp"
#include "unit/events/past.hpp"

using namespace deskline;
using namespace deskline::events;

namespace {

// The statements of the ledger's own connection.
struct Statements {
    std::mutex mutex;
    std::vector<std::string> statements;
    bool reads(const char* what) {
        const std::lock_guard lock(mutex);
        return std::ranges::any_of(statements,
                                   [&](const std::string& sql) { return sql.find(what) != std::string::npos; });
    }
    void clear() {
        const std::lock_guard lock(mutex);
        statements.clear();
    }
    void follow(sqlite3* database) {
        sqlite3_trace_v2(
            database, SQLITE_TRACE_STMT,
            [](unsigned, void* self, void*, void* sql) {
                auto& asked = *static_cast<Statements*>(self);
                const std::lock_guard lock(asked.mutex);
                asked.statements.emplace_back(static_cast<const char*>(sql));
                return 0;
            },
            this);
    }
};

}  // namespace

TEST_CASE("who looks back reads on a thread of its own: the ledger's asks the file for no event") {
    const Folder folder;
    Statements asked;  // outlives the connection that it follows
    auto journal = journalIn(folder.path / "journal.db");
    REQUIRE(journal->append(someEvents(1, 3'000)).has_value());
    const auto epoch = journal->epoch();
    asked.follow(journal->database().handle());
    Bench bench(std::move(journal));
    bench.settle();  // what it reads at the start is read
    asked.clear();
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    const Subscription none{.topics = {"agent-handler"}, .visibility = Visibility::everything(), .subject = "/none"};
    const Subscription agents{.topics = {"agent"}, .visibility = Visibility::everything()};
    CHECK(pageOf(bench, {none, epoch + "-0"})->frames.empty());
    CHECK(pageOf(bench, {agents, ""})->frames.size() == 100);
    CHECK_FALSE(
        pageOf(bench, {.subscription = agents, .since = Time(std::chrono::milliseconds(1'500))})->frames.empty());
    std::promise<SubscriptionStart> attached;
    bench.ledger.attach(bench.shard, agents, epoch + "-7",
                        [&](const SubscriptionStart& start) { attached.set_value(start); });
    auto future = attached.get_future();
    while (future.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) bench.frames();
    CHECK(future.get().resumed);
    CHECK(asked.reads("INSERT INTO events"));
    CHECK_FALSE(asked.reads("FROM events"));
}

TEST_CASE("the gateway's end waits for nobody who looks back: each gets an answer") {
    const Folder folder;
    auto journal = journalIn(folder.path / "journal.db");
    REQUIRE(journal->append(someEvents(1, 20'000)).has_value());
    const auto epoch = journal->epoch();
    std::atomic<int> answers{0}, given{0};
    {
        Bench bench(std::move(journal));
        for (int i = 0; i < 90; ++i)
            bench.ledger.read(
                {{.topics = {"agent"}, .visibility = sightOf("caller " + std::to_string(i % 9)), .subject = "/none"},
                 epoch + "-0"},
                [&](const Result<Page>& page) {
                    ++answers;
                    given += !page && page.error().slug.text() == "shutting-down";
                });
        for (int i = 0; i < 9; ++i)
            bench.ledger.read({{.topics = {"queue"}, .visibility = Visibility::everything()},
                               epoch + "-20000",
                               100,
                               std::chrono::minutes(10)},
                              [&](const Result<Page>& page) {
                                  ++answers;
                                  given += !page && page.error().slug.text() == "shutting-down";
                              });
        bench.ledger.stop();
    }
    CHECK(answers == 99);
    CHECK(given >= 9);  // at least those that were still waiting
}

TEST_CASE("readings under way are interrupted at the end, in the middle of a statement") {
    const Folder folder;
    { REQUIRE(journalIn(folder.path / "journal.db")->append(someEvents(1, 10)).has_value()); }
    Readers readers(folder.path / "journal.db");
    std::promise<void> begun;
    std::promise<Result<void>> answered;
    readers.ask(
        "ada", Readers::Kind::request,
        [&](const Readers::Open& open) -> Result<bool> {
            const auto database = open();
            begun.set_value();
            Statement endless(**database,
                              "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n");
            return !endless.row() && endless.failed();
        },
        [&](const Result<void>& how) { answered.set_value(how); });
    begun.get_future().wait();
    readers.stop();
    CHECK(answered.get_future().get().error().slug.text() == "shutting-down");
}

TEST_CASE("readings are bounded for each account and in all; who is of a stream waits and is not refused") {
    const Folder folder;
    Readers readers(folder.path / "journal.db");
    Gate gate;
    gate.hold(readers);
    std::map<std::string, int> refused, done;
    std::atomic<std::size_t> answered{0};
    const auto ask = [&](const std::string& account, Readers::Kind kind) {
        readers.ask(
            account, kind, [](const auto&) { return Result<bool>(false); },
            [&, account](const Result<void>& how) {
                if (how)
                    ++done[account];
                else if (how.error().slug.text() == "too-many-requests" && how.error().retryAfter > 0)
                    ++refused[account];
                ++answered;
            });
    };
    for (std::size_t i = 0; i < Readers::mostOfOne + 5; ++i) ask("ada", Readers::Kind::request);
    CHECK(refused["ada"] == 5);
    for (std::size_t i = 0; i < 1'000; ++i) ask("ada", Readers::Kind::standing);
    CHECK(refused["ada"] == 5);
    for (std::size_t i = 0; i < Readers::mostInAll; ++i) ask("caller " + std::to_string(i), Readers::Kind::request);
    int refusedOfAll = 0;
    for (const auto& [account, times] : refused) refusedOfAll += account == "ada" ? 0 : times;
    CHECK(refusedOfAll == static_cast<int>(Readers::mostOfOne));
    CHECK(readers.figures().refused == 5 + Readers::mostOfOne);
    gate.letGo();
    while (answered < Readers::mostOfOne + 5 + 1'000 + Readers::mostInAll) std::this_thread::yield();
    CHECK(done["ada"] == static_cast<int>(Readers::mostOfOne) + 1'000);
    ask("ada", Readers::Kind::request);  // there is room again
    readers.stop();
    CHECK(refused["ada"] == 5);
}

TEST_CASE("accounts have their turns one after another, however much one of them reads") {
    const Folder folder;
    Readers readers(folder.path / "journal.db");
    Gate gate;
    gate.hold(readers);
    std::string order;  // of the readers' thread until the end
    std::promise<void> over;
    const auto ask = [&](char who, int steps, bool last = false) {
        readers.ask(
            std::string(1, who), Readers::Kind::request,
            [&order, who, left = steps](const auto&) mutable {
                order += who;
                return Result<bool>(--left > 0);
            },
            [&, last](const auto&) {
                if (last) over.set_value();
            });
    };
    for (int i = 0; i < 3; ++i) ask('a', 4, i == 2);
    ask('b', 1);
    ask('b', 1);
    ask('c', 2);
    gate.letGo();
    over.get_future().wait();
    CHECK(order == "abcabcaaaaaaaaaa");
    readers.stop();
}

TEST_CASE("what was erased is told by nobody who asked before and is answered after") {
    struct Ticks final : Observer {
        std::atomic<int> count{0};
        void tick(LedgerContext&) override { ++count; }
    } ticks;
    const Folder folder;
    const auto file = folder.path / "journal.db";
    Bench bench(journalIn(file), now);
    bench.ledger.observe(ticks);
    bench.ledger.start();
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    bench.ledger.record({SessionChanged{"s2", SessionEvent::new_session, someSession("s2", "1002")}});
    for (int i = 0; i < 1'000; ++i)
        bench.ledger.record(
            {SessionChanged{i % 2 ? "s1" : "s2", i % 4 < 2 ? SessionEvent::ready : SessionEvent::not_ready}});
    bench.settle();
    Gate gate;
    gate.hold(bench.ledger.readers());
    const Subscription sessions{.topics = {"agent-session"}, .visibility = Visibility::everything()};
    auto page = askedFor(bench, {sessions, "", 500});
    bench.settle();  // its events in memory are with the readers
    REQUIRE(forgetAgent(file, "1001", "test").has_value());
    for (const int before = ticks.count; ticks.count < before + 2;) std::this_thread::yield();
    gate.letGo();
    const auto told = page.get();
    REQUIRE(told.has_value());
    CHECK(told->frames.size() == 500);
    for (const auto& frame : told->frames) CHECK(frame->ownership.agent == "1002");
}

TEST_CASE("who takes an export slowly holds no moment of the file") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    const auto journal = journalIn(file);
    REQUIRE(journal->append(someEvents(1, 2'500)).has_value());
    struct Slow final
        : std::stringbuf {  // while it takes its time, the gateway writes, and its log of changes can be emptied
        Journal& journal;
        int flushed = 0, held = 0;
        explicit Slow(Journal& theJournal) : journal(theJournal) {}
        int sync() override {
            if (flushed++ < 3) REQUIRE(journal.append(someEvents(journal.newest() + 1, 1)).has_value());
            Statement empty(journal.database(), "PRAGMA wal_checkpoint(RESTART)");
            if (!empty.row() || empty.number(0) != 0) ++held;
            return 0;
        }
    } slow(*journal);
    std::ostream out(&slow);
    const auto count = exportEvents(file, {}, {}, out);
    REQUIRE(count.has_value());
    CHECK(*count >= 2'500);
    CHECK(slow.flushed >= 3);
    CHECK(slow.held == 0);
}

TEST_CASE("what nobody wants any more is not read, and does not wait") {
    const Folder folder;
    auto journal = journalIn(folder.path / "journal.db");
    REQUIRE(journal->append(someEvents(1, 20'000)).has_value());
    const auto epoch = journal->epoch();
    Bench bench(std::move(journal));
    bench.settle();
    const Subscription none{.topics = {"agent-handler"}, .visibility = Visibility::everything(), .subject = "/none"};
    auto& readers = bench.ledger.readers();
    std::atomic<int> refused{0}, read{0};
    const auto told = [&](const Result<Page>& page) { page ? ++read : ++refused; };
    auto wanted = std::make_shared<const int>(0), gone = std::make_shared<const int>(0);
    Gate gate;
    gate.hold(readers);
    for (int i = 0; i < 100; ++i)
        bench.ledger.read({.subscription = none,
                           .cursor = epoch + "-0",
                           .kind = Readers::Kind::standing,
                           .whose = std::weak_ptr<const void>(i ? gone : wanted)},
                          told);
    bench.settle();
    gone.reset();
    gate.letGo();
    for (int i = 0; i < 500 && refused + read < 100; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK(read == 1);
    CHECK(refused == 99);
    Gate next;
    next.hold(readers);                     // it has its turn when the one before it is over
    CHECK(readers.figures().present == 1);  // this one alone
    next.letGo();

    // A reader that waits for new events is let go within a second, not only when its time is up.
    gone = std::make_shared<const int>(0);
    bench.ledger.read({.subscription = none,
                       .cursor = epoch + "-20000",
                       .wait = std::chrono::seconds(60),
                       .kind = Readers::Kind::standing,
                       .whose = std::weak_ptr<const void>(gone)},
                      told);
    bench.settle();
    gone.reset();
    for (int i = 0; i < 500 && refused < 100; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK(refused == 100);
}
