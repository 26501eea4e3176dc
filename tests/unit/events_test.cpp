#include <catch2/catch.hpp>

#include <sqlite3.h>

#include <fstream>

#include "bench.hpp"
#include "events/archive.hpp"
#include "events/snapshot.hpp"

using namespace deskline;
using namespace deskline::events;

TEST_CASE("a cursor survives its text") {
    Cursor cursor;
    CHECK(Cursor::parse("ab12-42", cursor));
    CHECK(cursor.epoch == "ab12");
    CHECK(cursor.number == 42);
    for (const char* wrong : {"", "ab12", "ab12-", "-42", "ab12-4x", "ab12-99999999999999999999999"}) CHECK_FALSE(Cursor::parse(wrong, cursor));
}

TEST_CASE("a frame is a whole unmasked text frame, at every length of header") {
    for (const std::size_t length : {10, 125 + 0, 126, 70'000}) {
        const std::string event = "{\"a\":\"" + std::string(length, 'x') + "\"}";
        const auto frame = makeFrame({.number = 1, .type = "deskline.queue"}, event);
        const auto total = frame->bytes.size();
        const auto second = static_cast<unsigned char>(frame->bytes[1]);
        const std::size_t header = second < 126 ? 2 : second == 126 ? 4 : 10;
        CHECK(static_cast<unsigned char>(frame->bytes[0]) == 0x81);
        CHECK(frame->bytes.substr(header, 14) == "{\"op\":\"event\",");
        CHECK(frame->cloudEvent() == event);
        CHECK(frame->topic() == "queue");
        CHECK(total - header == event.size() - 1 + 14);
    }
}

TEST_CASE("topics are covered by prefix, meters only by name, and the sight narrows everything") {
    CHECK(covers("audio", "audio.session"));
    CHECK_FALSE(covers("agent", "agent-session"));
    const Subscription all{.topics = {"audio", "call", "agent-session"}, .sight = Sight::everything()};
    CHECK(all.hears("audio.device"));
    CHECK_FALSE(all.hears("audio.meter"));
    CHECK(all.sees("call", {}));
    const Subscription blind{.topics = {"call"}};
    CHECK_FALSE(blind.sees("call", {"1001", {"Sales"}}));
    Sight ofSales({"1001"}, {"Sales"}, "bob");
    for (const auto* topic : {"agent-session", "call", "queue"}) ofSales.give(topic, Reach::groups);
    ofSales.give("source", Reach::all);
    ofSales.give("webhook", Reach::own);
    const Subscription sales{.topics = {"call", "agent-session"}, .sight = ofSales};
    CHECK(sales.sees("agent-session", {"1001", {"Billing"}}));  // its own agent, wherever
    CHECK(sales.sees("agent-session", {"1002", {"Sales"}}));
    CHECK_FALSE(sales.sees("agent-session", {"1002", {"Sales North"}}));
    CHECK_FALSE(sales.sees("agent-session", {"10010", {}}));
    CHECK_FALSE(sales.sees("call", {}));
    CHECK(sales.sees("queue", {{}, {"Sales"}}));
    CHECK(sales.sees("source", {}));
    CHECK_FALSE(sales.sees("agent", {"1001", {"Sales"}}));  // a topic that the policy does not name
    CHECK(sales.sees("webhook", {"bob"}));
    CHECK_FALSE(sales.sees("webhook", {"1001"}));
    const Subscription one{.topics = {"agent-session"}, .sight = ofSales, .only = std::set<std::string>{"1002"}};
    CHECK_FALSE(one.sees("agent-session", {"1001", {"Sales"}}));
    CHECK(one.sees("queue", {{}, {"Sales"}}));
}

namespace {

void execute(const std::filesystem::path& file, const char* sql) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(file.string().c_str(), &database) == SQLITE_OK);
    const auto code = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
    sqlite3_close(database);
    REQUIRE(code == SQLITE_OK);
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
            frames.push_back(
                makeFrame({.number = n, .time = static_cast<std::int64_t>(n), .type = "deskline.agent", .subject = "/agents/" + std::to_string(n % 3)},
                          "{\"n\":" + std::to_string(n) + "}"));
        REQUIRE(journal->append(frames).has_value());
    }
    const auto journal = journalIn(folder.path / "journal.db");
    CHECK(journal->epoch() == epoch);
    CHECK(journal->newest() == 100);
    CHECK(journal->oldest() == 1);
    const auto some = journal->after(40, 5);
    REQUIRE(some.size() == 5);
    CHECK(some[0]->cloudEvent() == "{\"n\":41}");
    std::vector<std::string> last;
    for (const auto& frame : journal->lastOf("deskline.agent")) last.push_back(frame->cloudEvent());
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

TEST_CASE("a journal of the first schema is brought to the present one with its events, epoch and cut") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    execute(file, R"(CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE events (number INTEGER PRIMARY KEY, time INTEGER NOT NULL, type TEXT NOT NULL, subject TEXT NOT NULL, agent TEXT NOT NULL, delivery INTEGER NOT NULL, event TEXT NOT NULL);
        INSERT INTO meta VALUES ('schema', '1'), ('epoch', 'abcd'), ('newest', '8');
        INSERT INTO events VALUES (7, 1, 'deskline.agent', '/agents/1001', '1001', 0, '{"n":7}'), (8, 2, 'deskline.agent-session', '/sessions/s1', '1001', 0, '{"data":{"session":{"acdGroup":"Sales"}}}');)");
    const auto journal = journalIn(file);
    CHECK(journal->epoch() == "abcd");
    CHECK(journal->oldest() == 7);
    CHECK(journal->newest() == 8);
    const auto events = journal->after(6, 10);
    REQUIRE(events.size() == 2);
    CHECK(events[0]->concern == Concern{"1001", {}});
    CHECK(events[1]->concern == Concern{"1001", {"Sales"}});
    Operations operations;
    operations.load(journal->database());
    operations.put({.id = "o1", .actor = "crm", .key = "k1"});
    REQUIRE(journal->write({}, {&operations}).has_value());
    CHECK(operations.findByKey("crm", "k1"));
}

TEST_CASE("a damaged journal is set aside and a new one begun") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    std::ofstream(file) << std::string(8192, 'x');
    const auto journal = journalIn(file);
    CHECK(std::filesystem::exists(journal->setAside()));
    CHECK(journal->newest() == 0);
}

TEST_CASE("a journal that is too large is cut a little at a time, from the front, while it is written") {
    const Folder folder;
    const auto journal = journalIn(folder.path / "journal.db", 1 << 20);
    std::uint64_t number = 0;
    const auto append = [&](int count) {
        std::vector<FramePtr> frames;
        for (int i = 0; i < count; ++i)
            frames.push_back(makeFrame({.number = ++number, .time = now().time_since_epoch().count(), .type = "deskline.agent", .subject = "/agents/1"},
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
    const auto left = journal->after(journal->oldest() - 1, 1'000'000);
    CHECK(left.size() == number - journal->oldest() + 1);
    // No more than may stay, and no less: the next one would have been too much.
    const auto bytes = journal->database().bytesOf("events"), one = bytes / left.size();
    CHECK(bytes <= 1 << 20);
    CHECK(bytes + 2 * one > 1 << 20);
}

TEST_CASE("a session's events are told in order, with whole objects and previous states") {
    Bench bench(journalIn({}));
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
    bench.ledger.record({SessionChanged{"s1", SessionEvent::busy}});
    bench.ledger.record({SessionChanged{"s1", SessionEvent::end}});
    bench.ledger.record({SessionChanged{"s1", SessionEvent::end}});  // told already
    bench.ledger.record({SessionChanged{"stranger", SessionEvent::ready}});
    const auto frames = bench.frames();
    REQUIRE(frames.size() == 4);
    for (std::size_t i = 0; i < frames.size(); ++i) {
        CHECK(frames[i]->number == i + 1);
        CHECK(frames[i]->concern == Concern{"1001", {"Sales"}});
    }
    CHECK(data(frames[2]).at("previousState") == "ready");
    CHECK(data(frames[2]).at("session").at("state") == "busy-on-call");
    CHECK(data(frames[3]).at("event") == "end");
}

TEST_CASE("a snapshot and the deltas after it have no gap and no overlap; a cursor resumes") {
    const Folder folder;
    Bench bench(journalIn(folder.path / "journal.db"));
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    std::optional<Attachment> attached;
    bench.ledger.attach(bench.shard, {.topics = {"agent-session"}, .sight = Sight::everything()}, "", [&](Attachment a) { attached = std::move(a); });
    bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
    bench.settle();
    std::vector<std::string> order;
    for (auto& item : bench.hub.inbox(bench.shard).drain()) {
        if (auto* frame = std::get_if<FramePtr>(&item))
            order.push_back(std::to_string((*frame)->number));
        else
            std::get<Work>(item)(), order.push_back("snapshot");
    }
    CHECK(order == std::vector<std::string>{"1", "snapshot", "2"});
    REQUIRE(attached);
    REQUIRE(attached->snapshot);
    CHECK(attached->snapshot->find("not-ready") != std::string::npos);
    std::optional<Attachment> resumed, strange;
    bench.ledger.attach(bench.shard, {.topics = {"agent-session"}, .sight = Sight::everything()}, attached->cursor,
                        [&](Attachment a) { resumed = std::move(a); });
    bench.ledger.attach(bench.shard, {.topics = {"agent-session"}, .sight = Sight::everything()}, "other-1", [&](Attachment a) { strange = std::move(a); });
    bench.frames();
    REQUIRE(resumed);
    CHECK(resumed->resumed);
    REQUIRE(resumed->missed.size() == 1);
    CHECK(resumed->missed[0]->number == 2);
    REQUIRE(strange);
    CHECK(strange->reset == "epoch-changed");
    CHECK(strange->snapshot);
}

TEST_CASE("a call that was told before its session is told again to those who see the session, once that is known") {
    Bench bench(journalIn({}));
    const Call call{.id = "c1", .address = "Line 1", .session = "s1", .state = CallState::offering, .since = now()};
    const Call other{.id = "c2", .address = "Line 2", .session = "s2", .state = CallState::offering, .since = now()};
    bench.ledger.record({CallChanged{call, CallEvent::notification}});
    bench.ledger.record({CallChanged{other, CallEvent::notification}});
    const auto before = bench.frames();
    REQUIRE(before.size() == 2);
    CHECK(before[0]->concern == Concern{});
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    const auto told = bench.frames();
    REQUIRE(told.size() == 2);
    CHECK(data(told[0]).at("event") == "new-session");
    CHECK(told[1]->subject == "/calls/c1");
    CHECK(told[1]->concern == Concern{"1001", {"Sales"}});
    CHECK(data(told[1]).at("call") == toJson(call));
    bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
    CHECK(bench.frames().size() == 1);  // and once only
}

TEST_CASE("a new picture is told as differences, in order") {
    Bench bench(journalIn({}));
    TelephonyPicture picture;
    picture.groups = {{"g1", "Sales", "h"}, {"g2", "Support", "h"}};
    picture.agents = {{.id = "1001", .handler = "h", .state = AgentState::not_ready}};
    picture.sessions = {someSession("s1", "1001"), someSession("s2", "1001")};
    bench.ledger.record({picture});
    const auto first = bench.frames();
    REQUIRE(first.size() == 6);
    // With its first session in a group the agent belongs to it; from there on its events concern the group.
    CHECK(first[2]->concern == Concern{"1001", {}});
    CHECK(data(first[3]).at("event") == "group-joined");
    CHECK(first[3]->concern == Concern{"1001", {"Sales"}});
    CHECK(first[4]->concern == Concern{"1001", {"Sales"}});
    bench.ledger.record({picture});
    CHECK(bench.frames().empty());  // nothing differs
    bench.ledger.record({SourceLost{Source::telephony, fromHresult(0x80010108, "a call")}});
    CHECK(bench.frames().size() == 1);
    picture.groups.pop_back();
    picture.sessions.pop_back();
    picture.sessions[0].state = SessionState::ready;
    bench.ledger.record({SourceConnected{Source::telephony, {}}});
    bench.ledger.record({picture});
    std::vector<std::string> told;
    for (const auto& frame : bench.frames()) told.push_back(frame->type + " " + std::string(data(frame).at("event").as_string()));
    CHECK(told == std::vector<std::string>{"deskline.source connected", "deskline.acd-group removed", "deskline.agent-session end", "deskline.agent not-ready",
                                           "deskline.agent-session ready"});
}

TEST_CASE("a full journal takes a group whole or not at all, says so, and loses nothing that it had") {
    const Folder folder;
    auto journal = Journal::open({.path = folder.path / "journal.db", .mostPages = 40});
    REQUIRE(journal.has_value());
    const auto group = [](std::uint64_t first) {
        std::vector<FramePtr> frames;
        for (auto n = first; n < first + 20; ++n)
            frames.push_back(
                makeFrame({.number = n, .type = "deskline.agent", .subject = "/agents/" + std::to_string(n)}, "{\"pad\":\"" + std::string(900, 'x') + "\"}"));
        return frames;
    };
    std::uint64_t next = 1;
    Result<void> answer;
    while ((answer = (*journal)->append(group(next)))) next += 20;
    CHECK(next > 1);
    CHECK(answer.error().detail.find("The disk is full: make room.") != std::string::npos);
    CHECK((*journal)->newest() == next - 1);
    CHECK((*journal)->after(0, 1'000'000).size() == next - 1);

    Bench bench(std::move(*journal));
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    for (int i = 0; i < 200; ++i) bench.ledger.record({SessionChanged{"s1", i % 2 ? SessionEvent::ready : SessionEvent::not_ready}});
    CHECK(bench.frames().size() == 201);  // served all the same
    CHECK_FALSE(bench.ledger.health().durable);
    CHECK(bench.ledger.health().unsaved == 201);
}

TEST_CASE("a journal that cannot be written: events are served, health says so") {
    Bench bench(Journal::openVolatile({"journal-fault", "It is not there."}));
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    CHECK(bench.frames().size() == 1);
    CHECK_FALSE(bench.ledger.health().durable);
    CHECK(bench.ledger.health().journalFault == "It is not there.");
}

TEST_CASE("who reads waits for what matches, no longer than asked, and reads on from where the page ended") {
    Bench bench(journalIn({}));
    const auto read = [&](Reading reading) {
        auto page = std::make_shared<std::promise<Result<Page>>>();
        bench.ledger.read(std::move(reading), [page](Result<Page> answer) { page->set_value(std::move(answer)); });
        return page->get_future();
    };
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    for (int i = 0; i < 9; ++i) bench.ledger.record({SessionChanged{"s1", i % 2 ? SessionEvent::not_ready : SessionEvent::ready}});
    const Subscription sessions{.topics = {"agent-session"}, .sight = Sight::everything()};
    const auto first = read({sessions, "", 4}).get();
    REQUIRE(first.has_value());
    CHECK(first->frames.size() == 4);
    const auto second = read({sessions, first->cursor, 100}).get();
    REQUIRE(second.has_value());
    REQUIRE(second->frames.size() == 6);
    CHECK(second->frames[0]->number == 5);
    CHECK(read({{.topics = {"queue"}, .sight = Sight::everything()}, "", 100}).get()->frames.empty());
    CHECK(read({{.topics = {"agent-session"}, .sight = Sight::everything(), .subject = "/sessions/other"}, "", 100}).get()->frames.empty());

    auto waits = read({sessions, second->cursor, 100, std::chrono::minutes(1)});
    auto waitsForOthers = read({{.topics = {"queue"}, .sight = Sight::everything()}, second->cursor, 100, std::chrono::milliseconds(50)});
    bench.ledger.record({SessionChanged{"s1", SessionEvent::busy}});
    CHECK(waits.get()->frames.size() == 1);
    const auto nothing = waitsForOthers.get();
    CHECK(nothing->frames.empty());
    CHECK(nothing->cursor != second->cursor);  // what does not match was read all the same
    CHECK(read({sessions, "other-1", 100}).get().error().slug == "journal-truncated");
    CHECK(read({sessions, "nonsense", 100}).get().error().slug == "invalid-argument");
}

TEST_CASE("who has missed much gets it page by page") {
    Bench bench(journalIn({}));
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    for (int i = 0; i < 2499; ++i) bench.ledger.record({SessionChanged{"s1", i % 2 ? SessionEvent::not_ready : SessionEvent::ready}});
    bench.frames();
    std::string cursor = inLedger(bench.ledger, [](Books& books) { return books.cursor().substr(0, books.cursor().rfind('-')) + "-0"; });
    std::vector<std::size_t> pages;
    for (bool more = true; more;) {
        std::optional<Attachment> page;
        bench.ledger.attach(bench.shard, {.topics = {"agent-session"}, .sight = Sight::everything()}, cursor, [&](Attachment a) { page = std::move(a); });
        bench.frames();
        REQUIRE(page);
        CHECK(page->resumed);
        pages.push_back(page->missed.size());
        cursor = page->cursor;
        more = page->more;
    }
    CHECK(pages == std::vector<std::size_t>{1024, 1024, 452});
}

TEST_CASE("who comes back with a cursor that the journal has cut is told so, and begins anew") {
    const Folder folder;
    auto journal = journalIn(folder.path / "journal.db");
    std::vector<FramePtr> frames;
    for (std::uint64_t n = 1; n <= 10; ++n) frames.push_back(makeFrame({.number = n, .time = 1, .type = "deskline.queue", .subject = "/queues/1"}, "{}"));
    REQUIRE(journal->append(frames).has_value());
    const auto epoch = journal->epoch();
    journal->prune(now().time_since_epoch().count());
    Bench bench(std::move(journal));
    std::optional<Attachment> cut, newest;
    bench.ledger.attach(bench.shard, {.topics = {"queue"}, .sight = Sight::everything()}, epoch + "-5", [&](Attachment a) { cut = std::move(a); });
    bench.ledger.attach(bench.shard, {.topics = {"queue"}, .sight = Sight::everything()}, epoch + "-10", [&](Attachment a) { newest = std::move(a); });
    bench.frames();
    REQUIRE(cut);
    CHECK(cut->reset == "journal-truncated");
    CHECK(cut->snapshot);
    REQUIRE(newest);
    CHECK(newest->resumed);
}

TEST_CASE("the audit is a chain: what was changed, taken out or put in is found") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    const auto check = [&] {
        auto verified = verifyAudit(file);
        REQUIRE(verified.has_value());
        return *verified;
    };
    {
        const auto journal = journalIn(file);
        Audit audit;
        for (int i = 0; i < 3; ++i) audit.add({.actor = "ada", .action = "PUT /agents/1001", .outcome = "succeeded"});
        CHECK(audit.changed());
        REQUIRE(journal->write({}, {&audit}).has_value());
        CHECK_FALSE(audit.changed());
    }
    REQUIRE(noteInAudit(file, {.actor = "root", .action = "key create", .outcome = "succeeded"}).has_value());  // another program goes on with the chain
    CHECK(check().entries == 4);
    CHECK_FALSE(check().broken);
    const auto head = check().head;
    execute(file, "CREATE TABLE kept AS SELECT * FROM audit");
    const auto restore = [&] { execute(file, "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept"); };
    execute(file, "UPDATE audit SET entry = replace(entry, 'ada', 'eve') WHERE number = 2");
    CHECK(check().broken == 2);
    restore();
    execute(file, "DELETE FROM audit WHERE number = 2");
    CHECK(check().broken == 3);
    restore();
    execute(file, "DELETE FROM audit WHERE number = 1");
    CHECK(check().broken == 2);
    restore();
    execute(file, "UPDATE audit SET hash = ''");
    CHECK(check().unchained == 4);
    CHECK(check().head.empty());  // the noted hash tells
    restore();
    execute(file, "DELETE FROM audit WHERE number = 4");
    CHECK_FALSE(check().broken);  // an end cut off is a chain still
    CHECK(check().head != head);
}

TEST_CASE("a call concerns whom it concerned when its session is gone, over a restart too; but nobody of before when it is another session's") {
    const Folder folder;
    Call call{.id = "c1", .address = "Line 1", .session = "s1", .state = CallState::connected, .since = now()};
    {
        Bench bench(journalIn(folder.path / "journal.db"));
        bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
        bench.ledger.record({CallChanged{call, CallEvent::notification}});
        bench.ledger.record({SessionChanged{"s1", SessionEvent::end}});
        bench.settle();
    }
    Bench bench(journalIn(folder.path / "journal.db"));
    auto moved = call;
    if (GENERATE(false, true)) {
        moved.session = "unknown";
        bench.ledger.record({CallChanged{moved, CallEvent::state}});
        CHECK(bench.frames().back()->concern == Concern{});
    } else {
        call.state = CallState::disconnected;
        bench.ledger.record({CallChanged{call, CallEvent::state}});
        CHECK(bench.frames().back()->concern == Concern{"1001", {"Sales"}});
    }
}

TEST_CASE("whoever asks for certain agents hears of agents, sessions and calls only those; of nobody's in particular all else") {
    Subscription of{.topics = {"call", "queue", "source"}, .sight = Sight::everything(), .only = std::set<std::string>{"1001"}};
    CHECK(of.sees("call", {"1001", {"Sales"}}));
    for (const auto* topic : {"call", "agent", "agent-session"}) {
        CHECK_FALSE(of.sees(topic, {}));
        CHECK_FALSE(of.sees(topic, {"1002", {"Sales"}}));
    }
    for (const auto* topic : {"queue", "acd-group", "source", "audio.device"}) CHECK(of.sees(topic, {}));
    of.only.reset();
    CHECK(of.sees("call", {}));
}
