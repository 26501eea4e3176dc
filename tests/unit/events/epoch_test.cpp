// Numbers and epochs: no cursor ever names two events, whatever was lost, cut or erased.
#include <fstream>

#include "events/archive.hpp"
#include "events/audit.hpp"
#include "events/rows.hpp"
#include "model/files.hpp"
#include "unit/events/past.hpp"
#include "unit/events/rows.hpp"

using namespace deskline;
using namespace deskline::events;

namespace {

Time at(std::uint64_t milliseconds) { return Time(std::chrono::milliseconds(milliseconds)); }

std::unique_ptr<Journal> lacking(const std::filesystem::path& file, bool lacks) {
    auto journal = Journal::open({.path = file, .retentionDays = 1, .lacksEvents = lacks});
    REQUIRE(journal.has_value());
    return std::move(*journal);
}

const Subscription ofSessions{.topics = {"agent-session"}, .visibility = Visibility::everything()};

std::string comeBack(Bench& bench, const std::string& cursor) {
    std::optional<SubscriptionStart> got;
    bench.ledger.attach(bench.shard, ofSessions, cursor, [&](SubscriptionStart a) { got = std::move(a); });
    while (!got) bench.frames();  // a reader's answer
    return got->resumed ? "resumed" : got->reset;
}

}  // namespace

TEST_CASE(
    "a journal that lacks what was told: a new epoch, numbers beyond all that was told, nothing of before for anybody, "
    "once") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    std::string before;
    {
        const auto journal = journalIn(file);
        before = journal->epoch();
        REQUIRE(journal->append(someEvents(1, 2'500)).has_value());
    }
    std::string after;
    std::uint64_t first = 0;
    {
        const auto journal = lacking(file, true);
        after = journal->epoch();
        CHECK(after != before);
        CHECK(journal->newest() > 1'000'000);
        CHECK(journal->oldest() == journal->newest() + 1);
        CHECK_FALSE(journal->reachesBackTo(2'500));
        first = journal->newest() + 1;
        REQUIRE(journal->append(someEvents(first, 10)).has_value());
        CHECK(journal->after(first - 1, 100).value().size() == 10);
    }
    const auto journal = lacking(file, false);
    CHECK(journal->epoch() == after);
    CHECK(journal->oldest() == first);
    // The events of the old epoch are cut a little at a time, and never told.
    while (journal->prune((at(first) + std::chrono::hours(1)).time_since_epoch().count()))
        CHECK(journal->oldest() >= first);
    CHECK(journal->oldest() == first);
    CHECK(journalIn(file)->oldest() == first);
    CHECK(journal->after(first - 1, 100).value().size() == 10);
}

TEST_CASE(
    "a copy that is put in the journal's place: a new epoch, once for each copy; the journal it is of goes on as it "
    "was") {
    const Folder folder;
    const auto file = folder.path / "journal.db", copy = folder.path / "copy.db", second = folder.path / "second.db";
    std::string before;
    {
        const auto journal = journalIn(file);
        before = journal->epoch();
        REQUIRE(journal->append(someEvents(1, 100)).has_value());
        REQUIRE(backUp(file, copy).has_value());
        REQUIRE(journal->append(someEvents(101, 20)).has_value());  // a client has a cursor of these
    }
    std::vector<std::filesystem::path> there;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path)) there.push_back(entry.path().filename());
    CHECK(std::ranges::count_if(
              there, [](const auto& name) { return name.string().find("copy.db") != std::string::npos; }) == 1);
    CHECK(journalIn(file)->epoch() == before);
    CHECK(text(copy, "SELECT COUNT(*) FROM meta WHERE key = 'copied'") == "1");
    std::string after;
    {
        const auto journal = journalIn(copy);
        after = journal->epoch();
        CHECK(after != before);
        CHECK(journal->newest() > 1'000'000);
        CHECK(journal->oldest() == journal->newest() + 1);
        CHECK_FALSE(journal->waits());
        CHECK(text(copy, "SELECT COUNT(*) FROM meta WHERE key = 'copied'") == "0");
        CHECK(text(copy, "SELECT value FROM meta WHERE key = 'epoch'") == after);
        CHECK(text(copy, "SELECT COUNT(*) FROM events") == "100");  // for `journal export`
        REQUIRE(journal->append(someEvents(journal->newest() + 1, 5)).has_value());
    }
    CHECK(journalIn(copy)->epoch() == after);
    REQUIRE(backUp(copy, second).has_value());
    CHECK(journalIn(second)->epoch() != after);
    CHECK(journalIn(copy)->epoch() == after);
}

TEST_CASE("whoever has a cursor from after a copy was made begins anew when the copy has taken the journal's place") {
    const Folder folder;
    const auto file = folder.path / "journal.db", copy = folder.path / "copy.db";
    std::string cursor;
    {
        Bench bench(journalIn(file));
        bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
        bench.settle();
        REQUIRE(backUp(file, copy).has_value());
        bench.ledger.record({SessionChanged{"s2", SessionEvent::new_session, someSession("s2", "1002")}});
        bench.settle();
        cursor = inLedger(bench.ledger, [](LedgerContext& ledger) { return ledger.cursor(); });
        CHECK(comeBack(bench, cursor) == "resumed");
    }
    Bench bench(journalIn(copy));
    for (const auto* id : {"s3", "s4"})
        bench.ledger.record({SessionChanged{id, SessionEvent::new_session, someSession(id, "1003")}});
    bench.settle();
    CHECK(comeBack(bench, cursor) == "epoch-changed");
}

TEST_CASE("an agent's last events are erased: their numbers are not given again") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    {
        const auto journal = journalIn(file);
        REQUIRE(journal->append(someEvents(1, 21)).has_value());  // the last is of the agent 1001
    }
    REQUIRE(forgetAgent(file, "1001", "test").has_value());
    const auto journal = journalIn(file);
    CHECK(journal->after(20, 10).value().empty());
    CHECK(journal->newest() == 21);
}

TEST_CASE("an audit of which all is cut goes on from its anchor") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    const auto journal = journalIn(file);
    Audit audit;
    audit.keepFor({30, 1 << 20});
    const auto write = [&] { REQUIRE(journal->write({}, {&audit}).has_value()); };
    for (int i = 0; i < 10; ++i)
        audit.add({.time = now() - 40 * day, .actor = "ada", .action = "x", .outcome = "succeeded"});
    write();
    audit.prune(now());
    write();
    auto said = verifyAudit(file);
    REQUIRE(said.has_value());
    CHECK_FALSE(said->broken);
    CHECK_FALSE(said->unnoted);
    REQUIRE(said->anchor);
    CHECK(said->anchor->number == 10);
    CHECK(said->entries == 1);  // that it was cut
    audit.add({.time = now(), .actor = "ada", .action = "y", .outcome = "succeeded"});
    write();
    said = verifyAudit(file);
    CHECK_FALSE(said->broken);
    CHECK(said->entries == 2);
}

TEST_CASE("names of groups survive the file, whatever is in them") {
    for (const auto& groups : std::vector<std::set<GroupName>>{
             {}, {"Sales"}, {"Sales", "Support"}, {"a\nb", "a", "b"}, {"\n", "\x1f", "\x1fn", "x\x1f"}, {""}})
        CHECK(ownershipIn(Kind::queue, "", linesOf(groups)).groups == groups);
    CHECK(ownershipIn(Kind::queue, "", "Domain\\Sales\nSupport\n").groups ==
          std::set<GroupName>{"Domain\\Sales", "Support"});
}

TEST_CASE("whoever has a place from before an agent was erased begins anew; the history is read on beyond the hole") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    const auto happen = [](Bench& bench, const char* agent) {
        static int count = 0;
        const SessionId id("s" + std::to_string(++count));
        bench.ledger.record({SessionChanged{id, SessionEvent::new_session, someSession(id, agent)}});
        return "-" + std::to_string(bench.frames().back()->number);
    };
    std::string epoch, before, during, after;
    {
        Bench bench(journalIn(file));
        epoch = inLedger(bench.ledger,
                         [](LedgerContext& ledger) { return ledger.cursor().substr(0, ledger.cursor().find('-')); });
        before = epoch + happen(bench, "1002");
        happen(bench, "1001");
        during = epoch + happen(bench, "1002");
        CHECK(comeBack(bench, before) == "resumed");
        REQUIRE(forgetAgent(file, "1003", "test").has_value());  // an agent without events
        CHECK(comeBack(bench, before) == "resumed");
        REQUIRE(forgetAgent(file, "1001", "test").has_value());
        CHECK(comeBack(bench, before) == "journal-truncated");
        CHECK(comeBack(bench, during) ==
              "resumed");  // this client was told the erased events, and this gateway knows that
        std::promise<Result<Page>> page;
        bench.ledger.read({ofSessions, before, 10}, [&](const Result<Page>& told) { page.set_value(told); });
        CHECK(page.get_future().get().has_value());
        after = epoch + happen(bench, "1002");
    }
    std::string since;
    for (const bool first : {true, false}) {  // the first gateway after the erasure, and the one after that
        Bench bench(journalIn(file));
        for (const auto& cursor : {before, during, after}) CHECK(comeBack(bench, cursor) == "journal-truncated");
        if (first) since = epoch + happen(bench, "1002");
        CHECK(comeBack(bench, since) == "resumed");
    }
}

TEST_CASE(
    "retention that cuts the last that is known of something still there: after the next start whoever was there "
    "before begins anew") {
    for (const bool ended : {false, true}) {
        CAPTURE(ended);
        const Folder folder;
        const auto file = folder.path / "journal.db";
        std::string epoch;
        {
            Bench bench(journalIn(file));
            epoch = inLedger(bench.ledger, [](LedgerContext& ledger) {
                return ledger.cursor().substr(0, ledger.cursor().find('-'));
            });
            bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
            if (ended) bench.ledger.record({SessionChanged{"s1", SessionEvent::end}});
            REQUIRE_FALSE(bench.frames().empty());
        }
        std::uint64_t last = 0;
        {
            const auto journal = journalIn(file);
            last = journal->newest() + 1;
            const auto later = (now() + 40 * day).time_since_epoch().count();
            REQUIRE(
                journal
                    ->append({makeFrame({.number = last, .time = later, .kind = Kind::queue, .subject = "/queues/q"},
                                        R"({"a":1})")})
                    .has_value());
            while (journal->prune(later)) {
            }
            REQUIRE(journal->oldest() == last);
        }
        Bench bench(journalIn(file));
        CHECK(comeBack(bench, epoch + "-" + std::to_string(last)) == (ended ? "resumed" : "journal-truncated"));
    }
}

TEST_CASE("a copy that was ended in the middle leaves no name and nothing behind") {
    const Folder folder;
    const auto file = folder.path / "journal.db", copy = folder.path / "copy.db", begun = nameBeside(copy);
    { Bench bench(journalIn(file)); }
    std::ofstream(begun) << "half";
    CHECK_FALSE(std::filesystem::exists(copy));
    REQUIRE(backUp(file, copy).has_value());
    CHECK_FALSE(std::filesystem::exists(begun));
    CHECK(std::filesystem::file_size(copy) > 0);
    const auto again = backUp(file, copy);
    REQUIRE(again.has_error());
    CHECK(again.error().detail.find("never overwrites") != std::string::npos);
    CHECK(std::ranges::none_of(std::filesystem::directory_iterator(folder.path),
                               [&](const auto& entry) { return unfinished(entry.path(), copy); }));
}
