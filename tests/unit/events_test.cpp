#include <catch2/catch.hpp>

#include <fstream>
#include <future>

#include "events/ledger.hpp"
#include "events/snapshot.hpp"
#include "model/id.hpp"
#include "model/values_json.hpp"

using namespace deskline;
using namespace deskline::events;

namespace {

struct Folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() / ("deskline-unit-" + randomId(6));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
};

std::unique_ptr<Journal> journalIn(const std::filesystem::path& file, std::uint64_t bytes = 1ULL << 30) {
    auto journal = Journal::open({.path = file, .retentionBytes = bytes});
    REQUIRE(journal.has_value());
    return std::move(*journal);
}

AgentSession someSession(const std::string& id, const std::string& agent) {
    return {.id = id, .agent = agent, .acdGroup = "Sales", .address = "Line 1", .state = SessionState::not_ready, .since = now(), .startedAt = now()};
}

// A ledger with one shard, whose inbox the test drains itself.
struct Bench {
    Hub hub;
    std::size_t shard = hub.add([] {});
    Ledger ledger;
    explicit Bench(std::unique_ptr<Journal> journal) : ledger("test", std::move(journal), hub) { ledger.start(); }

    std::vector<FramePtr> frames() {
        settle();
        std::vector<FramePtr> all;
        for (auto& item : hub.inbox(shard).drain()) {
            if (auto* frame = std::get_if<FramePtr>(&item))
                all.push_back(*frame);
            else
                std::get<Work>(item)();
        }
        return all;
    }
    // What was recorded before is in the journal and in the inbox now: answers come after the commit, the flush after the answers, so two.
    void settle() {
        for (int i = 0; i < 2; ++i) {
            std::promise<void> done;
            ledger.query([&](const State&, const std::string&) { done.set_value(); });
            done.get_future().wait();
        }
    }
};

boost::json::object data(const FramePtr& frame) { return boost::json::parse(frame->cloudEvent()).at("data").as_object(); }

}  // namespace

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

TEST_CASE("topics are covered by prefix, meters only by name, and the scope narrows everything") {
    CHECK(covers("audio", "audio.session"));
    CHECK_FALSE(covers("agent", "agent-session"));
    Subscription all{.topics = {"audio", "call", "agent-session"}};
    CHECK(all.hears("audio.device"));
    CHECK_FALSE(all.hears("audio.meter"));
    CHECK(all.sees("call", ""));
    Subscription own{.topics = {"call", "agent-session"}, .scope = std::set<std::string>{"1001"}};
    CHECK(own.sees("agent-session", "1001"));
    CHECK_FALSE(own.sees("agent-session", "1002"));
    CHECK_FALSE(own.sees("call", ""));
    CHECK(own.sees("queue", ""));
}

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
    CHECK(journal->lastOf("deskline.agent") == std::vector<std::string>{"{\"n\":98}", "{\"n\":99}", "{\"n\":100}"});
    journal->prune(8LL * 86'400'000);  // all of them are older than seven days then
    CHECK(journal->oldest() == 101);
    CHECK(journal->newest() == 100);
    CHECK(journalIn(folder.path / "journal.db")->newest() == 100);
}

TEST_CASE("a journal of another version is refused, not overwritten") {
    const Folder folder;
    { journalIn(folder.path / "journal.db"); }
    CHECK(Journal::open({.path = folder.path / "no-folder" / "journal.db"}).has_error());
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
        CHECK(frames[i]->agent == "1001");
    }
    CHECK(data(frames[2]).at("previousState") == "ready");
    CHECK(data(frames[2]).at("session").at("state") == "busy-on-call");
    CHECK(data(frames[3]).at("event") == "end");
}

TEST_CASE("an event that comes before, or after, the outcome has the cause of its command, and the answer its cursor") {
    Bench bench(journalIn({}));
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    const auto expect = [](const Fact& fact) {
        const auto* changed = std::get_if<SessionChanged>(&fact.what);
        return changed && changed->event == SessionEvent::ready;
    };
    for (const bool early : {true, false}) {
        const auto id = bench.ledger.nextCommand();
        std::promise<std::optional<std::string>> answer;
        bench.ledger.begin(id, {"request-1", "admin", "lunch", {}}, expect);
        if (early) bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
        bench.ledger.settle(id, Result<std::string>(boost::system::in_place_value, "s1"), true,
                            [&](const Settled& settled) { answer.set_value(settled.cursor); });
        if (!early) bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
        const auto cursor = answer.get_future().get();
        const auto frames = bench.frames();
        REQUIRE(cursor);
        CHECK(frames.back()->cloudEvent().find("\"id\":\"" + *cursor + "\"") != std::string::npos);
        CHECK(data(frames.back()).at("cause").at("request") == "request-1");
        CHECK(data(frames.back()).at("session").at("reason") == "lunch");
    }
    bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
    CHECK_FALSE(data(bench.frames().back()).contains("cause"));
}

TEST_CASE("where no event comes, the answer says so after two seconds; where none is expected, at once") {
    Bench bench(journalIn({}));
    for (const bool expected : {false, true}) {
        const auto id = bench.ledger.nextCommand();
        std::promise<std::optional<std::string>> answer;
        bench.ledger.begin(id, {"r", "a", {}, {}}, [](const Fact&) { return false; });
        bench.ledger.settle(id, Result<std::string>(boost::system::in_place_value, "x"), expected,
                            [&](const Settled& settled) { answer.set_value(settled.cursor); });
        CHECK(answer.get_future().get() == std::nullopt);
    }
}

TEST_CASE("a snapshot and the deltas after it have no gap and no overlap; a cursor resumes") {
    const Folder folder;
    Bench bench(journalIn(folder.path / "journal.db"));
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    std::optional<Attachment> attached;
    bench.ledger.attach(bench.shard, {.topics = {"agent-session"}}, "", [&](Attachment a) { attached = std::move(a); });
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
    bench.ledger.attach(bench.shard, {.topics = {"agent-session"}}, attached->cursor, [&](Attachment a) { resumed = std::move(a); });
    bench.ledger.attach(bench.shard, {.topics = {"agent-session"}}, "other-1", [&](Attachment a) { strange = std::move(a); });
    bench.frames();
    REQUIRE(resumed);
    CHECK(resumed->resumed);
    REQUIRE(resumed->missed.size() == 1);
    CHECK(resumed->missed[0]->number == 2);
    REQUIRE(strange);
    CHECK(strange->reset == "epoch-changed");
    CHECK(strange->snapshot);
}

TEST_CASE("a new picture is told as differences, in order") {
    Bench bench(journalIn({}));
    TelephonyPicture picture;
    picture.groups = {{"g1", "Sales", "h"}, {"g2", "Support", "h"}};
    picture.agents = {{.id = "1001", .handler = "h", .state = AgentState::not_ready}};
    picture.sessions = {someSession("s1", "1001"), someSession("s2", "1001")};
    bench.ledger.record({picture});
    const auto first = bench.frames();
    CHECK(first.size() == 5);
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
