#include <catch2/catch.hpp>

#include "events/audit_limits.hpp"
#include "unit/events/rows.hpp"

using namespace deskline;
using namespace deskline::events;

TEST_CASE(
    "refused attempts become no more audit entries than there is room for, whatever they call themselves; the rest is "
    "one entry") {
    using Limits = events::AuditLimits;
    const Limits::Clock::time_point start{};
    const auto allowed = [](Limits& limits, const auto& account, int attempts, Limits::Clock::time_point time) {
        int count = 0;
        for (int i = 0; i < attempts; ++i) count += limits.allows(account(i), "", time);
        return count;
    };
    const auto nobody = [](int) { return std::string(); };
    const auto ada = [](int) { return std::string("ada"); };
    const auto many = [](int i) { return "account " + std::to_string(i); };
    Limits limits;
    CHECK(allowed(limits, nobody, 5'000, start) == 500);
    CHECK(allowed(limits, nobody, 5'000, start + std::chrono::minutes(1)) == 20);
    CHECK(allowed(limits, ada, 5'000, start) == 200);  // a known account has an allowance of its own
    auto rests = limits.takeRests(start + std::chrono::minutes(1));
    REQUIRE(rests.size() == 2);
    CHECK(rests[0].account.empty());
    CHECK(rests[0].count == 4'500 + 4'980);
    CHECK(rests[1].account == "ada");
    CHECK(rests[1].count == 4'800);
    CHECK(limits.takeRests(start + std::chrono::minutes(1)).empty());
    limits.passedOver();
    rests = limits.takeRests(start + std::chrono::minutes(1));
    REQUIRE(rests.size() == 1);
    CHECK(rests[0].count == 1);
    CHECK(limits.takeRests(start + std::chrono::minutes(60)).empty());
    CHECK(limits.accounts() == 0);  // an account is forgotten when its allowance is full again
    CHECK(allowed(limits, many, 50'000, start + std::chrono::hours(2)) == static_cast<int>(Limits::mostAccounts) + 500);
    CHECK(limits.accounts() == Limits::mostAccounts);

    // Requests without a token do not use up the entries of wrong tokens.
    Limits kinds;
    for (int i = 0; i < 5'000; ++i) (void)kinds.allows("", "request", start);
    CHECK(kinds.allows("", "token", start));
    CHECK_FALSE(kinds.allows("", "request", start));

    const Folder folder;
    Limits flooded;
    events::AuditRests writer(flooded);
    Bench bench(journalIn(folder.path / "journal.db"), now);
    bench.ledger.observe(writer);
    const auto moment = Limits::Clock::now();
    for (int i = 0; i < 5'312; ++i) (void)flooded.allows("", "", moment);
    bench.ledger.start();
    inLedger(bench.ledger, [&](LedgerContext& ledger) {
        writer.tick(ledger);
        return 0;
    });
    CHECK(text(folder.path / "journal.db", "SELECT json_extract(entry, '$.detail') FROM audit")
              .starts_with("and 4812 more were refused"));
}
