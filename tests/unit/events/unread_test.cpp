// A fault of reading is not taken for absence: each read of an open, a start, a commit and a query of the journal fails
// in turn. Nothing is set aside, no number is given twice, and no answer says that nothing is there.
#include "events/erasures.hpp"
#include "unit/events/faulty_disk.hpp"
#include "unit/events/rows.hpp"

using namespace deskline;
using namespace deskline::events;
using tests::FaultyDisk;

namespace {

constexpr std::uint64_t filled = 40, operationsFilled = 20;

// Writes events of this size, and some operations, records and audit entries.
void fillJournal(const std::filesystem::path& file, std::size_t bytes) {
    const auto journal = journalIn(file);
    Operations operations;
    Records records;
    Audit audit;
    REQUIRE(operations.load(journal->database()).has_value());
    for (std::size_t i = 0; i < operationsFilled; ++i) operations.put(someOperation(i, "crm", now()));
    records.put("webhook", "a", {{"n", 1}});
    for (int i = 0; i < 5; ++i) audit.add(refusedBy("ada"));
    REQUIRE(journal->write(someFrames(1, filled, now(), bytes), {&operations, &records, &audit}).has_value());
}

enum class Seen { right, unreadable, wrong };

template <class T>
Seen seenBy(const Result<T>& read, bool right) {
    if (!read) return Seen::unreadable;
    return right ? Seen::right : Seen::wrong;
}

struct Look {
    const char* what;
    std::function<Seen(const Journal&, const Operations&)> look;
};

const Look looks[] = {
    {"the newest event of each object",
     [](const Journal& journal, const Operations&) {
         const auto read = journal.lastOf(Kind::queue);
         return seenBy(read, read && read->size() == 1 && read->front()->number == filled);
     }},
    {"the events after a number",
     [](const Journal& journal, const Operations&) {
         const auto read = journal.after(0, 1'000);
         return seenBy(read, read && read->size() == filled);
     }},
    {"an operation",
     [](const Journal&, const Operations& operations) {
         const auto read = operations.find("crm7");
         return seenBy(read, read && *read && (*read)->id == "crm7");
     }},
    {"an operation that is not there",
     [](const Journal&, const Operations& operations) {
         const auto read = operations.find("none");
         return seenBy(read, read && !*read);
     }},
    {"a key that was used",
     [](const Journal&, const Operations& operations) {
         const auto read = operations.findByKey("crm", "key-7");
         return seenBy(read, read && *read && (*read)->id == "crm7");
     }},
    {"a key that was not used",
     [](const Journal&, const Operations& operations) {
         const auto read = operations.findByKey("crm", "none");
         return seenBy(read, read && !*read);
     }},
    {"what was erased",
     [](const Journal& journal, const Operations&) {
         const auto from = wholeFrom(journal.database());
         return from == 0 ? Seen::right : from == UINT64_MAX ? Seen::unreadable : Seen::wrong;
     }},
    {"where the audit begins",
     [](const Journal& journal, const Operations&) {
         const auto read = anchorOf(journal.database());
         return seenBy(read, read && !*read);
     }},
    {"the audit's chain",
     [](const Journal& journal, const Operations&) {
         const auto read = verify(journal.database());
         return seenBy(read, read && read->entries == 5 && !read->broken && !read->unnoted);
     }},
    {"the audit",
     [](const Journal& journal, const Operations&) {
         const auto read = readAudit(journal.database(), {}, 10);
         return seenBy(read, read && read->size() == 5);
     }},
    {"the records",
     [](const Journal& journal, const Operations&) {
         Records records;
         const auto read = records.load(journal.database());
         return seenBy(read, records.find("webhook", "a") != nullptr);
     }},
    {"the operations, counted",
     [](const Journal& journal, const Operations&) {
         Operations operations;
         const auto read = operations.load(journal.database());
         return seenBy(read, operations.size() == operationsFilled);
     }},
};

}  // namespace

TEST_CASE("whichever read of an open fails: it is said, nothing is set aside, and no number or epoch is another",
          "[one-thread]") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    FaultyDisk disk;
    fillJournal(file, 80'000);  // more than SQLite keeps in memory: what is read last is read from the disk
    const auto epoch = journalIn(file)->epoch();
    const auto openWithout = [&](std::uint64_t n) {
        disk.failReadAt(n);
        auto journal = Journal::open({.path = file});
        const auto reads = disk.reads();
        disk.heal();
        if (journal) {
            CHECK((*journal)->epoch() == epoch);
            CHECK((*journal)->newest() == filled);
            CHECK((*journal)->oldest() == 1);
            CHECK((*journal)->setAside().empty());
        } else {
            CHECK(journal.error().slug.text() == "journal-fault");
        }
        return std::pair(journal.has_value(), reads);
    };
    const auto [opens, reads] = openWithout(0);
    REQUIRE(opens);
    REQUIRE(reads > 200);
    std::uint64_t refused = 0;
    for (std::uint64_t n = 1; n <= reads; n = n == 60 ? reads - 60 : n + 1) {
        INFO("read " << n << " of " << reads);
        refused += !openWithout(n).first;
        REQUIRE(std::ranges::distance(std::filesystem::directory_iterator(folder.path)) ==
                3);  // the file, and SQLite's two beside it
    }
    CHECK(refused > 60);
    CHECK(journalIn(file)->after(0, 1'000).value().size() == filled);
}

TEST_CASE("whichever read of a look into the journal fails: it says so, and never that there is nothing",
          "[one-thread]") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    FaultyDisk disk;
    fillJournal(file, 200);
    const auto journal = journalIn(file);
    Operations operations;
    REQUIRE(operations.load(journal->database()).has_value());
    for (const auto& [what, look] : looks) {
        int unreadable = 0;
        for (std::uint64_t n = 1;; ++n) {
            INFO(what << ", read " << n);
            const auto before = disk.injected();
            FaultyDisk::forget(journal->database().handle());
            disk.failReadAt(n);
            const auto told = look(*journal, operations);
            const bool failed = disk.injected() > before;
            disk.heal();
            CHECK(told != Seen::wrong);
            unreadable += told == Seen::unreadable;
            if (failed) continue;
            CHECK(told == Seen::right);
            break;
        }
        INFO(what);
        CHECK(unreadable > 0);
    }
}

TEST_CASE("whichever read of a start fails: all of the journal is used, or nothing of it, and it is left as it is") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    FaultyDisk disk;
    fillJournal(file, 200);
    const auto epoch = journalIn(file)->epoch();
    int letGo = 0;
    for (std::uint64_t n = 1;; ++n) {
        INFO("read " << n);
        const auto before = disk.injected();
        bool failed = false;
        {
            auto journal = journalIn(file);
            auto* handle = journal->database().handle();
            Bench bench(std::move(journal), now);
            FaultyDisk::forget(handle);
            disk.failReadAt(n);
            bench.ledger.start();
            bench.settle();
            failed = disk.injected() > before;
            disk.heal();
            const bool durable = bench.ledger.health().durable;
            letGo += !durable;
            inLedger(bench.ledger, [&](LedgerContext& ledger) {
                CHECK((ledger.records().find("webhook", "a") != nullptr) == durable);
                CHECK(ledger.records().hasPast() == durable);
                CHECK(ledger.operations().findByKey("crm", "key-7").has_value() == durable);
                CHECK(ledger.operations().findByKey("crm", "none").has_value() == durable);
                CHECK(ledger.cursor().starts_with(epoch) == durable);
                return 0;
            });
            if (!durable) {
                CHECK(bench.ledger.health().journalFault.find("restart the gateway") != std::string::npos);
                bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
                const auto frames = bench.frames();
                REQUIRE(frames.size() == 1);
                CHECK(frames[0]->number == filled + 1);  // and nothing was given twice
                inLedger(bench.ledger, [](LedgerContext& ledger) {
                    ledger.records().put("webhook", "b", {{"n", 2}});
                    return 0;
                });
            }
        }
        const auto journal = journalIn(file);
        REQUIRE(journal->epoch() == epoch);
        REQUIRE(journal->newest() == filled);
        REQUIRE(text(file, "SELECT COUNT(*) || ' ' || GROUP_CONCAT(kind || '/' || id) FROM records") == "1 webhook/a");
        REQUIRE(text(file, "SELECT COUNT(*) FROM operations") == std::to_string(operationsFilled));
        if (!failed) break;
    }
    CHECK(letGo > 3);
}

TEST_CASE("whichever read of a commit fails: it is said, and the audit's chain goes on where it ended",
          "[one-thread]") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    FaultyDisk disk;
    fillJournal(file, 200);
    std::uint64_t entries = 5, refused = 0;
    const auto journal = journalIn(file);
    Audit audit;
    for (bool failed = true; failed; ++entries) {
        const auto before = disk.injected();
        audit.add(refusedBy("eve"));
        FaultyDisk::forget(journal->database().handle());
        disk.failReadAt(entries - 4);
        const auto written = journal->write({}, {&audit});
        failed = disk.injected() > before;
        disk.heal();
        CHECK_FALSE(journal->conflict());
        if (written) continue;
        ++refused;
        CHECK(audit.changed());
        write(*journal, audit);
    }
    CHECK(refused > 1);
    const auto said = verified(file);
    CHECK(said.entries == entries);
    CHECK_FALSE(said.broken);
}
