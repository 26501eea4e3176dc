// The journal: kept over restarts, brought from older schemas, set aside where damaged, cut where too large.
#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "events/archive.hpp"
#include "model/host_text.hpp"
#include "unit/events/rows.hpp"

using namespace deskline;
using namespace deskline::events;

namespace {

bool holds(const std::filesystem::path& file, const std::string& text) {
    std::ifstream in(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {}).find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("the journal keeps the order, the epoch and the numbers over a restart") {
    const Folder folder;
    std::string epoch;
    {
        const auto journal = journalIn(folder.path / "journal.db");
        epoch = journal->epoch();
        std::vector<FramePtr> frames;
        for (std::uint64_t n = 1; n <= 100; ++n)
            frames.push_back(makeFrame({.number = n,
                                        .time = static_cast<std::int64_t>(n),
                                        .kind = Kind::agent,
                                        .subject = "/agents/" + std::to_string(n % 3)},
                                       "{\"n\":" + std::to_string(n) + "}"));
        REQUIRE(journal->append(frames).has_value());
    }
    const auto journal = journalIn(folder.path / "journal.db");
    CHECK(journal->epoch() == epoch);
    CHECK(journal->newest() == 100);
    CHECK(journal->oldest() == 1);
    const auto some = journal->after(40, 5).value();
    REQUIRE(some.size() == 5);
    CHECK(some[0]->text == "{\"n\":41}");
    std::vector<std::string> last;
    const auto lastFrames = journal->lastOf(Kind::agent).value();
    for (const auto& frame : lastFrames) last.push_back(frame->text);
    CHECK(last == std::vector<std::string>{"{\"n\":98}", "{\"n\":99}", "{\"n\":100}"});
    journal->prune(8LL * 86'400'000);  // all of them are older than seven days then
    CHECK(journal->oldest() == 101);
    CHECK(journal->newest() == 100);
    CHECK(journalIn(folder.path / "journal.db")->newest() == 100);
}

TEST_CASE("a journal of a newer version is refused, not overwritten; one that cannot be had says why") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    { journalIn(file); }
    execute(file, "UPDATE meta SET value = '99' WHERE key = 'schema'");
    const auto newer = Journal::open({.path = file});
    REQUIRE(newer.has_error());
    CHECK(newer.error().detail.find("newer Deskline (schema 99)") != std::string::npos);
    execute(file, ("UPDATE meta SET value = '" + std::to_string(schemaVersion) + "' WHERE key = 'schema'").c_str());
    CHECK(Journal::open({.path = file}).has_value());
    CHECK(Journal::open({.path = folder.path / "no-folder" / "journal.db"}).has_error());
}

TEST_CASE("a look at a journal finds what a start would, and leaves all as it is") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    bool damaged = false;
    const auto looked = [&] {
        const auto fit = inspect(file, damaged);
        return fit ? std::string("fit") : fit.error().detail;
    };
    const auto names = [&] {
        std::set<std::string> all;
        const std::filesystem::directory_iterator there(folder.path);
        for (const auto& entry : there) all.insert(entry.path().filename().string());
        return all;
    };
    const std::set<std::string> kept{"journal.db", "journal.db-shm",
                                     "journal.db-wal"};  // as the last writer leaves them
    std::ofstream(file).close();                         // a start that was killed left it so
    CHECK(looked() == "fit");
    const auto epoch = journalIn(file)->epoch();
    CHECK(looked() == "fit");
    {
        const auto open = journalIn(file);  // beside a gateway
        CHECK(looked() == "fit");
        const auto frame = makeFrame({.number = 1, .time = 1, .kind = Kind::agent, .subject = "/agents/1"}, "{}");
        REQUIRE(open->append({frame}).has_value());
    }
    CHECK(names() == kept);
    execute(file, "UPDATE meta SET value = '99' WHERE key = 'schema'");
    CHECK_THAT(looked(), Catch::Contains("newer Deskline (schema 99)"));
    CHECK_FALSE(damaged);
    execute(file, ("UPDATE meta SET value = '" + std::to_string(schemaVersion) + "' WHERE key = 'schema'").c_str());
    CHECK(journalIn(file)->epoch() == epoch);
    std::filesystem::remove(file);
    std::filesystem::create_directory(file);
    CHECK_THAT(looked(), Catch::Contains("It is a folder: move it away, or name another [journal] path."));
    CHECK_FALSE(damaged);
    CHECK_THAT(verifyAudit(file).error().detail, Catch::Contains("It is a folder: move it away"));
    std::filesystem::remove(file);
    std::ofstream(file) << std::string(8192, 'x');
    CHECK_THAT(looked(), Catch::Contains("The gateway sets it aside at its next start"));
    CHECK(damaged);
    CHECK_THAT(verifyAudit(file).error().detail, Catch::Contains("The gateway sets it aside at its next start"));
    CHECK(names() == kept);
    CHECK(std::filesystem::file_size(file) == 8192);
}

TEST_CASE("a journal of the first schema is brought to the present one with its events, epoch and cut") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    execute(file, R"(CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE events (number INTEGER PRIMARY KEY, time INTEGER NOT NULL, type TEXT NOT NULL,
            subject TEXT NOT NULL, agent TEXT NOT NULL, delivery INTEGER NOT NULL, event TEXT NOT NULL);
        INSERT INTO meta VALUES ('schema', '1'), ('epoch', 'abcd'), ('newest', '8');
        INSERT INTO events VALUES (7, 1, 'deskline.agent', '/agents/1001', '1001', 0, '{"n":7}'),
            (8, 2, 'deskline.agent-session', '/sessions/s1', '1001', 0, '{"data":{"session":{"acdGroup":"Sales"}}}');)");
    const auto journal = journalIn(file);
    CHECK(journal->epoch() == "abcd");
    CHECK(journal->oldest() == 7);
    CHECK(journal->newest() == 8);
    const auto events = journal->after(6, 10).value();
    REQUIRE(events.size() == 2);
    CHECK(events[0]->ownership == Ownership{"1001", {}});
    CHECK(events[1]->ownership == Ownership{"1001", {"Sales"}});
    Operations operations;
    operations.load(journal->database());
    operations.put({.id = "o1", .actor = "crm", .key = "k1"});
    REQUIRE(journal->write({}, {&operations}).has_value());
    CHECK(operations.findByKey("crm", "k1").value());
}

TEST_CASE("a damaged journal is set aside and a new one begun") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    std::ofstream(file) << std::string(8192, 'x');
    const auto check = [&](const std::filesystem::path& setAside) {
        const auto verified = verifyAudit(file);
        REQUIRE(verified.has_value());
        CHECK(verified->entries == 1);
        CHECK_FALSE(verified->broken);
        REQUIRE(verified->setAside);
        CHECK(verified->setAside->actor == "deskline");
        CHECK(verified->setAside->object == textOf(setAside.filename()));
        CHECK(verified->setAside->detail->find("file is not a database") != std::string::npos);
        CHECK(verified->setAside->detail->find("next start") == std::string::npos);  // it was set aside already
    };
    std::filesystem::path setAside;
    {
        const auto journal = journalIn(file);
        setAside = journal->setAside();
        CHECK(std::filesystem::exists(setAside));
        CHECK(journal->newest() == 0);
        CHECK_FALSE(journal->waits());  // its audit says so from the beginning
        check(setAside);
    }
    CHECK(journalIn(file)->setAside().empty());
    check(setAside);
    REQUIRE(noteInAudit(file, {.actor = "root", .action = "key create", .outcome = "succeeded"}).has_value());
    CHECK(verifyAudit(file)->entries == 2);
    CHECK(verifyAudit(file)->setAside);
}

TEST_CASE(
    "what SQLite keeps beside the journal stays when it is closed, emptied: the next start needs no room and no right "
    "for it") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    for (int round = 0; round < 2; ++round) {
        {
            const auto journal = journalIn(file);
            const auto number = journal->newest() + 1;
            REQUIRE(
                journal
                    ->append({makeFrame({.number = number, .kind = Kind::agent, .subject = "/agents/1"}, R"({"a":1})")})
                    .has_value());
        }
        for (const char* side : {"-wal", "-shm"}) REQUIRE(std::filesystem::exists(file.string() + side));
        CHECK(std::filesystem::file_size(file.string() + "-wal") == 0);
    }
    CHECK(journalIn(file)->newest() == 2);
}

TEST_CASE("a journal that is too large is cut a little at a time, from the front, while it is written") {
    const Folder folder;
    const auto journal = journalIn(folder.path / "journal.db", 1 << 20);
    std::uint64_t number = 0;
    const auto append = [&](int count) {
        std::vector<FramePtr> frames;
        for (int i = 0; i < count; ++i)
            frames.push_back(makeFrame({.number = ++number,
                                        .time = now().time_since_epoch().count(),
                                        .kind = Kind::agent,
                                        .subject = "/agents/1"},
                                       "{\"pad\":\"" + std::string(900, 'x') + "\"}"));
        REQUIRE(journal->append(frames).has_value());
    };
    append(5000);  // more than 4 MiB
    int cuts = 1;
    for (; journal->prune(now().time_since_epoch().count()); ++cuts) {
        CHECK(journal->oldest() == static_cast<std::uint64_t>(cuts) * 1000 + 1);
        append(1);
    }
    CHECK(cuts >= 4);
    CHECK(journal->newest() == number);
    const auto left = journal->after(journal->oldest() - 1, 1'000'000).value();
    CHECK(left.size() == number - journal->oldest() + 1);
    // As many events stay as have room: one more would have been too much.
    const auto bytes = journal->database().bytesOf("events"), one = bytes / left.size();
    CHECK(bytes <= 1 << 20);
    CHECK(bytes + 2 * one > 1 << 20);
}

TEST_CASE("a full journal takes a group whole or not at all, says so, and loses nothing that it had") {
    const Folder folder;
    auto journal = Journal::open({.path = folder.path / "journal.db", .mostPages = 40});
    REQUIRE(journal.has_value());
    const auto group = [](std::uint64_t first) {
        std::vector<FramePtr> frames;
        for (auto n = first; n < first + 20; ++n)
            frames.push_back(makeFrame({.number = n, .kind = Kind::agent, .subject = "/agents/" + std::to_string(n)},
                                       "{\"pad\":\"" + std::string(900, 'x') + "\"}"));
        return frames;
    };
    std::uint64_t next = 1;
    Result<void> answer;
    while ((answer = (*journal)->append(group(next)))) next += 20;
    CHECK(next > 1);
    CHECK(answer.error().detail.find("The disk is full: make room.") != std::string::npos);
    CHECK((*journal)->newest() == next - 1);
    CHECK((*journal)->after(0, 1'000'000).value().size() == next - 1);

    Bench bench(std::move(*journal));
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    for (int i = 0; i < 200; ++i)
        bench.ledger.record({SessionChanged{"s1", i % 2 ? SessionEvent::ready : SessionEvent::not_ready}});
    CHECK(bench.frames().size() == 201);  // served all the same
    CHECK_FALSE(bench.ledger.health().durable);
    CHECK(bench.ledger.health().unsaved == 201);
}

TEST_CASE("what was forgotten is in the log of changes while somebody reads an older moment, and that is told") {
    const Folder folder;
    const auto file = folder.path / "journal.db", log = folder.path / "journal.db-wal";
    const auto journal = journalIn(file);
    const std::string secret = "a very private reason";
    const Frame meta{.number = 1, .kind = Kind::agent, .subject = "/agents/1001", .ownership = {"1001", {}}};
    REQUIRE(journal->append({makeFrame(meta, "{\"reason\":\"" + secret + "\"}")}).has_value());
    Database reader;
    bool damaged = false;
    REQUIRE(reader.open(file, Database::Access::read, Database::Durability::normal, damaged).has_value());
    REQUIRE(reader.run("BEGIN"));
    REQUIRE(reader.run("SELECT COUNT(*) FROM events"));
    auto forgotten = forgetAgent(file, "1001", "test", std::chrono::milliseconds(300));
    REQUIRE(forgotten.has_value());
    CHECK(forgotten->events == 1);
    CHECK(forgotten->stillInLog);
    CHECK(holds(log, secret));
    REQUIRE(reader.run("COMMIT"));
    forgotten = forgetAgent(file, "1001", "test", std::chrono::milliseconds(300));
    REQUIRE(forgotten.has_value());
    CHECK(forgotten->events == 0);
    CHECK_FALSE(forgotten->stillInLog);
    CHECK_FALSE(holds(log, secret));
    CHECK_FALSE(holds(file, secret));
}

TEST_CASE("who forgets waits for a reader that ends in time") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    const auto journal = journalIn(file);
    const Frame meta{.number = 1, .kind = Kind::agent, .subject = "/agents/1001", .ownership = {"1001", {}}};
    REQUIRE(journal->append({makeFrame(meta, "{}")}).has_value());
    Database reader;
    bool damaged = false;
    REQUIRE(reader.open(file, Database::Access::read, Database::Durability::normal, damaged).has_value());
    REQUIRE(reader.run("BEGIN"));
    REQUIRE(reader.run("SELECT COUNT(*) FROM events"));
    std::thread ends([&] {
        std::this_thread::sleep_for(std::chrono::seconds(1));
        reader.run("COMMIT");
    });
    const auto forgotten = forgetAgent(file, "1001", "test");
    ends.join();
    REQUIRE(forgotten.has_value());
    CHECK_FALSE(forgotten->stillInLog);
}

TEST_CASE("a journal that cannot be written: events are served, health says so") {
    Bench bench(Journal::openVolatile({"journal-fault", "It is not there."}));
    CHECK_FALSE(bench.ledger.health().durable);  // before the first event
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    CHECK(bench.frames().size() == 1);
    CHECK_FALSE(bench.ledger.health().durable);
    CHECK(bench.ledger.health().journalFault ==
          "It is not there. Put that right, then restart the gateway: what is told until then is kept nowhere.");
    inLedger(bench.ledger, [](LedgerContext& ledger) {
        ledger.records().put("webhook", "a", {{"n", 1}});
        return 0;
    });
    bench.settle();
    CHECK_FALSE(bench.ledger.health().durable);  // operations and records are not kept either
}

TEST_CASE("a journal that cannot be had: where it may hold something, what is not found is not known") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    for (const bool there : {false, true}) {
        CAPTURE(there);
        if (there) std::ofstream(file) << "what another program holds";
        Bench bench(Journal::openVolatile({"journal-fault", "It is locked."}, file));
        inLedger(bench.ledger, [&](LedgerContext& ledger) {
            CHECK(ledger.records().hasPast() != there);
            CHECK(ledger.operations().find("any").has_error() == there);
            const auto unknown = ledger.operations().findByKey("crm", "any");
            CHECK(unknown.has_error() == there);
            if (unknown.has_error()) CHECK(unknown.error().slug.text() == "resource-unavailable");
            ledger.operations().put({.id = "own",
                                     .actor = "crm",
                                     .key = "own",
                                     .state = OperationState::succeeded,
                                     .started = ledger.now()});
            return 0;
        });
        bench.settle();
        inLedger(bench.ledger, [](LedgerContext& ledger) {
            CHECK(ledger.operations().findByKey("crm", "own").value());
            return 0;
        });
        CHECK((bench.ledger.health().journalFault.find("is not known until then") != std::string::npos) == there);
    }
}
