#include <catch2/catch.hpp>

#include "events/archive.hpp"
#include "unit/events/rows.hpp"

using namespace deskline;
using namespace deskline::events;

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
    REQUIRE(noteInAudit(file, {.actor = "root", .action = "key create", .outcome = "succeeded"})
                .has_value());  // another program appends to the chain
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
    CHECK(check().head.empty());  // the noted hash reveals it
    restore();
    execute(file, "DELETE FROM audit WHERE number = 4");
    CHECK_FALSE(check().broken);  // without its end it is still a chain
    CHECK(check().head != head);
}
