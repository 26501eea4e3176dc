// The journal on a disk that fails: each write and each flush fails in turn, in each way, while the journal is opened,
// written or cut; the disk is slow; the power fails at any moment. Events that were reported as written are there
// afterwards, whole, in order, once.
#include "events/records.hpp"
#include "unit/events/bench.hpp"
#include "unit/events/faulty_disk.hpp"

using namespace deskline;
using namespace deskline::events;
using tests::DiskFault;
using tests::FaultyDisk;

namespace {

constexpr std::array faults{DiskFault::io_error, DiskFault::full, DiskFault::short_write, DiskFault::no_sync};
constexpr std::int64_t twentyDays = std::chrono::milliseconds(20 * day).count();

FramePtr someEvent(std::uint64_t number, std::int64_t time = 0) {
    const auto text = std::to_string(number);
    return makeFrame(
        {.number = number, .time = time, .kind = Kind::agent, .subject = "/agents/" + std::to_string(number % 7)},
        "{\"n\":" + text + ",\"filling\":\"" + std::string(100 + number * 37 % 1500, 'x') + "\"}");
}

std::vector<FramePtr> eventsFrom(std::uint64_t from, std::uint64_t to) {
    std::vector<FramePtr> all;
    for (auto n = from; n <= to; ++n) all.push_back(someEvent(n));
    return all;
}

// Checks that the file has every event from `from` to `to`, each once, as it was written, and nothing else.
void holds(const std::filesystem::path& file, std::uint64_t from, std::uint64_t to) {
    const auto journal = journalIn(file);
    REQUIRE(journal->setAside().empty());
    const auto frames = journal->after(0, 100'000).value();
    REQUIRE(frames.size() == to - from + 1);
    for (std::size_t i = 0; i < frames.size(); ++i) {
        REQUIRE(frames[i]->number == from + i);
        REQUIRE(frames[i]->text == someEvent(from + i)->text);
    }
}

}  // namespace

TEST_CASE(
    "whichever write or flush of a commit fails: it is said, nothing half is kept, and the next try writes it once",
    "[one-thread]") {
    std::uint64_t injected = 0;
    for (const bool full : {false, true})
        for (const auto fault : faults)
            for (std::uint64_t n = 1;; ++n) {
                const Folder folder;
                const auto file = folder.path / "journal.db";
                FaultyDisk disk;
                {
                    auto journal = Journal::open({.path = file, .full = full});
                    REQUIRE(journal.has_value());
                    Records records;
                    records.load((*journal)->database());
                    REQUIRE((*journal)->append(eventsFrom(1, 20)).has_value());
                    records.put("kind", "one", {{"at", 20}});
                    disk.failAt(n, fault);
                    const auto written = (*journal)->write(eventsFrom(21, 30), {&records});
                    disk.heal();
                    if (!written) {
                        CHECK(written.error().slug.text() == "journal-fault");
                        CHECK((*journal)->newest() == 20);
                        CHECK(records.changed());
                        REQUIRE((*journal)->write(eventsFrom(21, 31), {&records}).has_value());
                    } else {
                        REQUIRE((*journal)->append(eventsFrom(31, 31)).has_value());
                    }
                    CHECK_FALSE(records.changed());
                }
                holds(file, 1, 31);
                Records records;
                records.load(journalIn(file)->database());
                CHECK(records.find("kind", "one"));
                if (disk.injected() == 0 && n > 64) break;  // a commit has fewer calls than that
                injected += disk.injected();
            }
    CHECK(injected > 20);
    WARN(injected << " faults injected into commits");
}

TEST_CASE("a disk without room is told as such, however SQLite names it; a disk that fails is not", "[one-thread]") {
    for (const auto& [fault, says] : {std::pair(DiskFault::full, "The disk is full: make room."),
                                      std::pair(DiskFault::no_room, "The disk is full: make room."),
                                      std::pair(DiskFault::io_error, "Its disk fails, or is full")}) {
        const Folder folder;
        FaultyDisk disk;
        const auto journal = journalIn(folder.path / "journal.db");
        disk.failAt(1, fault, UINT64_MAX);
        const auto written = journal->append(eventsFrom(1, 20));
        disk.heal();
        REQUIRE(written.has_error());
        CHECK_THAT(written.error().detail, Catch::Contains(says));
    }
}

TEST_CASE("a fault while the journal is made or opened is no damage: nothing is set aside, and the next start has all",
          "[one-thread]") {
    std::uint64_t refused = 0;
    for (const std::uint64_t there : {0, 20})
        for (const auto fault : faults)
            for (std::uint64_t n = 1; n <= 40; ++n) {
                const Folder folder;
                const auto file = folder.path / "journal.db";
                FaultyDisk disk;
                if (there) REQUIRE(journalIn(file)->append(eventsFrom(1, there)).has_value());
                disk.failAt(n, fault, 3);
                {
                    const auto journal = Journal::open({.path = file});
                    if (!journal) {
                        ++refused;
                        CHECK(journal.error().slug.text() == "journal-fault");
                    }
                }
                disk.heal();
                holds(file, 1, there);
                CHECK(std::ranges::distance(std::filesystem::directory_iterator(folder.path)) <= 3);
            }
    CHECK(refused > 20);
}

TEST_CASE("a disk that is full at the start: the file is open, and a new epoch waits with the first group") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    FaultyDisk disk;
    REQUIRE(journalIn(file)->append(eventsFrom(1, 20)).has_value());
    const auto before = journalIn(file)->epoch();
    const auto openFull = [&] {
        disk.failAt(1, DiskFault::full, UINT64_MAX);
        auto journal = Journal::open({.path = file, .lacksEvents = true});
        REQUIRE(journal.has_value());
        CHECK((*journal)->waits());
        CHECK((*journal)->takesEvents());
        CHECK((*journal)->epoch() != before);
        CHECK((*journal)->newest() > 1'000'000);
        CHECK((*journal)->oldest() == (*journal)->newest() + 1);
        return std::move(*journal);
    };
    {
        const auto journal = openFull();
        const auto refused = journal->append({someEvent(journal->newest() + 1)});
        REQUIRE(refused.has_error());
        CHECK(refused.error().detail.find("The disk is full: make room.") != std::string::npos);
        CHECK(journal->waits());
        CHECK_FALSE(journal->prune(twentyDays));
        disk.heal();
    }
    CHECK(journalIn(file)->epoch() == before);  // nothing of it was written by halves
    CHECK(journalIn(file)->newest() == 20);
    std::string epoch;
    std::uint64_t first = 0;
    {
        auto journal = openFull();
        epoch = journal->epoch();
        first = journal->newest() + 1;
        Bench bench(std::move(journal));
        bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
        const auto told = bench.frames();
        REQUIRE(told.size() == 1);
        CHECK(told[0]->number == first);
        CHECK_FALSE(bench.ledger.health().durable);
        disk.heal();
        for (int i = 0; i < 500 && !bench.ledger.health().durable; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        bench.settle();  // what waits is counted after it was written
        CHECK(bench.ledger.health().durable);
        CHECK(bench.ledger.health().unsaved == 0);
    }
    const auto journal = journalIn(file);
    CHECK_FALSE(journal->waits());
    CHECK(journal->epoch() == epoch);
    CHECK(journal->oldest() == first);
    CHECK(journal->after(first - 1, 100).value().size() == 1);
}

TEST_CASE("whichever write or flush of a cut fails: what is left has no gap, and the numbers go on", "[one-thread]") {
    std::uint64_t injected = 0;
    for (const auto fault : faults)
        for (std::uint64_t n = 1; n <= 60; ++n) {
            const Folder folder;
            const auto file = folder.path / "journal.db";
            FaultyDisk disk;
            {
                const auto journal = journalIn(file);
                REQUIRE(journal->append(eventsFrom(1, 50)).has_value());
                std::vector<FramePtr> later;
                for (std::uint64_t number = 51; number <= 60; ++number) later.push_back(someEvent(number, twentyDays));
                REQUIRE(journal->append(later).has_value());
                disk.failAt(n, fault);
                journal->prune(twentyDays);
                disk.heal();
                const auto oldest = journal->oldest();
                CHECK((oldest == 1 || oldest == 51));
                const auto frames = journal->after(0, 1000).value();
                REQUIRE(frames.size() == 61 - oldest);
                REQUIRE(journal->append(eventsFrom(61, 62)).has_value());
            }
            injected += disk.injected();
            const auto oldest = journalIn(file)->oldest();
            const auto frames = journalIn(file)->after(0, 1000).value();
            REQUIRE(frames.size() == 63 - oldest);
            CHECK(frames.front()->number == oldest);
        }
    CHECK(injected > 10);
}

TEST_CASE(
    "the power goes at any moment: with sync full all that was written is there, with normal all up to some moment",
    "[one-thread]") {
    std::mt19937 random(20'261'125);
    std::uint64_t lost = 0;
    for (int round = 0; round < 60; ++round) {
        const bool full = round % 2;
        const Folder folder, after;
        const auto file = folder.path / "journal.db";
        FaultyDisk disk;
        std::uint64_t written = 0;
        {
            auto journal = Journal::open({.path = file, .full = full});
            REQUIRE(journal.has_value());
            // Commits into a new folder are not tested here, so the first ones are made before.
            REQUIRE((*journal)->append(eventsFrom(1, 5)).has_value());
            REQUIRE(Statement((*journal)->database(), "PRAGMA wal_checkpoint(TRUNCATE)").row());
            written = 5;
            const int commits = std::uniform_int_distribution<int>(1, 120)(random);
            for (int i = 0; i < commits; ++i) {
                const auto more = std::uniform_int_distribution<std::uint64_t>(1, 30)(random);
                REQUIRE((*journal)->append(eventsFrom(written + 1, written + more)).has_value());
                written += more;
            }
            disk.losePower(folder.path, after.path, random);
        }
        const auto journal = journalIn(after.path / "journal.db");
        INFO("round " << round << ", written " << written << ", found " << journal->newest());
        REQUIRE(journal->setAside().empty());
        if (full) CHECK(journal->newest() == written);
        CHECK(journal->newest() >= 5);
        const auto frames = journal->after(0, 100'000).value();
        REQUIRE(frames.size() == journal->newest());
        for (std::size_t i = 0; i < frames.size(); ++i) REQUIRE(frames[i]->text == someEvent(i + 1)->text);
        lost += written - journal->newest();
    }
    CHECK(lost > 0);  // otherwise the test's disk loses nothing
    WARN(lost << " events of sync = normal were lost with the power, none of sync = full");
}

TEST_CASE(
    "a disk that takes long holds back what is told, not those who tell; what fails for a while is written later, "
    "once") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    FaultyDisk disk;
    {
        auto opened = Journal::open({.path = file, .full = true});
        REQUIRE(opened.has_value());
        Bench bench(std::move(*opened));
        bench.settle();
        disk.hold();
        bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
        std::promise<void> durable;
        bench.ledger.query([&](const State&, const std::string&) { durable.set_value(); });
        disk.untilHeld();
        bench.ledger.record(
            {SessionChanged{"s2", SessionEvent::new_session, someSession("s2", "1002")}});  // does not wait
        CHECK(bench.hub.inbox(bench.shard).drain().empty());  // nobody has heard of what is not durable
        auto told = durable.get_future();
        CHECK(told.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
        disk.letGo();
        told.wait();
        CHECK(bench.frames().size() >= 2);

        disk.failAt(1, DiskFault::io_error, UINT64_MAX);
        bench.ledger.record({SessionChanged{"s3", SessionEvent::new_session, someSession("s3", "1003")}});
        CHECK(bench.frames().size() == 1);  // told all the same, while the health says that it is not durable
        CHECK_FALSE(bench.ledger.health().durable);
        CHECK(bench.ledger.health().unsaved >= 1);
        disk.heal();
        bench.ledger.record({SessionChanged{"s4", SessionEvent::new_session, someSession("s4", "1004")}});
        for (int i = 0; i < 500 && !bench.ledger.health().durable; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));  // it tries once a second
        bench.settle();                                                  // what waits is counted after it was written
        CHECK(bench.ledger.health().durable);
        CHECK(bench.ledger.health().unsaved == 0);
    }
    const auto journal = journalIn(file);
    const auto frames = journal->after(0, 100).value();
    CHECK(frames.size() == 4);
    for (std::size_t i = 0; i < frames.size(); ++i) CHECK(frames[i]->number == i + 1);
}
