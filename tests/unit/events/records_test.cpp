// Records: the state that observers keep in the journal.
#include <catch2/catch.hpp>

#include "events/records.hpp"
#include "unit/events/rows.hpp"

using namespace deskline;
using namespace deskline::events;

TEST_CASE(
    "records: so many of a kind, none too large, and what changed while the journal could not be written is all there "
    "afterwards") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    const auto journal = journalIn(file);
    Records records;
    for (std::size_t i = 0; i < Records::mostOfKind + 10; ++i)
        CHECK(records.put("pending-state", std::to_string(i), {{"n", i}}) == (i < Records::mostOfKind));
    CHECK(records.put("pending-state", "7", {{"n", "changed"}}));  // one that is there
    CHECK(records.put("absence", "7", {{"n", 1}}));
    CHECK_FALSE(records.put("absence", "8", {{"n", std::string(Records::longestBody, 'x')}}));
    write(*journal, records);
    // A receiver's deliveries come and go, and nothing can be written.
    for (std::size_t i = 0; i < 3 * Records::mostUnsaved; ++i) {
        records.put("delivery/1", std::to_string(i), {{"n", i}});
        if (i >= 100) records.erase("delivery/1", std::to_string(i - 100));
        REQUIRE(records.unsaved() <= Records::mostUnsaved);
    }
    records.erase("pending-state", "8");
    write(*journal, records);
    CHECK_FALSE(records.changed());
    Records again;
    again.load(journal->database());
    for (const char* kind : {"pending-state", "absence", "delivery/1"}) CHECK(again.all(kind) == records.all(kind));
}

TEST_CASE("a record is erased by its own key: it is gone from the file too") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    {
        const auto journal = journalIn(file);
        Records records;
        REQUIRE(records.load(journal->database()).has_value());
        for (const auto* id : {"an id that is longer than what a string holds in itself, 1",
                               "an id that is longer than what a string holds in itself, 2"})
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
