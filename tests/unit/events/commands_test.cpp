// Commands under way: their outcome, their event, their cause.
#include <catch2/catch.hpp>

#include "events/commands.hpp"
#include "unit/events/asked.hpp"

using namespace deskline;
using namespace deskline::events;

TEST_CASE("an event that comes before, or after, the outcome has the cause of its command, and the answer its cursor") {
    Bench bench(journalIn({}));
    open(bench);
    for (const bool early : {true, false}) {
        Asked asked(bench, toReady);
        if (early) bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
        asked.settle(done("s1"));
        if (!early) bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
        const auto frames = bench.frames();
        REQUIRE(asked.told.size() == 1);
        REQUIRE(asked.told[0].cursor);
        CHECK(frames.back()->text.find("\"id\":\"" + *asked.told[0].cursor + "\"") != std::string::npos);
        CHECK(data(frames.back()).at("cause").at("request") == "request-1");
        CHECK(data(frames.back()).at("session").at("reason") == "lunch");
    }
    bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
    CHECK_FALSE(data(bench.frames().back()).contains("cause"));
}

TEST_CASE("where no event comes, the answer says so after two seconds; where none is expected, at once") {
    Bench bench(journalIn({}));
    for (const auto after : {AnswerAfter::outcome, AnswerAfter::event}) {
        Asked asked(bench, std::nullopt);
        asked.settle(done("s1"), after);
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (inLedger(bench.ledger, [&](LedgerContext&) { return asked.told.empty(); }) &&
               std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        REQUIRE(asked.told.size() == 1);
        CHECK_FALSE(asked.told[0].cursor);
    }
}

TEST_CASE("an unknown outcome is answered as such, and settled by its event when that comes late, with its cause") {
    Bench bench(journalIn({}));
    open(bench);
    Asked asked(bench, toReady);
    asked.settle(timedOut);
    bench.frames();
    REQUIRE(asked.told.size() == 1);
    CHECK_FALSE(asked.told[0].succeeded);
    CHECK_FALSE(asked.told[0].readAgain);
    bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
    const auto frames = bench.frames();
    CHECK(data(frames.back()).at("cause").at("actor") == "admin");
    REQUIRE(asked.told.size() == 2);
    CHECK(asked.told[1].succeeded);
    CHECK(asked.told[1].cursor);
}

TEST_CASE("an unknown outcome is settled when the state is read again") {
    for (const bool carriedOut : {true, false}) {
        Bench bench(journalIn({}));
        open(bench);
        Asked asked(bench, toReady);
        asked.settle(timedOut);
        bench.ledger.record({SessionRead{"other", SessionState::ready}});
        bench.frames();
        CHECK(asked.told.size() == 1);
        bench.ledger.record({SessionRead{"s1", carriedOut ? SessionState::ready : SessionState::not_ready}});
        bench.frames();
        REQUIRE(asked.told.size() == 2);
        CHECK(asked.told[1].succeeded == carriedOut);
        CHECK(asked.told[1].readAgain == !carriedOut);
    }
}

TEST_CASE("an agent that is found again as it was is of no command") {
    Bench bench(journalIn({}));
    TelephonyInventory inventory;
    inventory.agents = {{.id = "1001", .handler = "h", .state = AgentState::not_ready}};
    bench.ledger.record({inventory});
    bench.ledger.record({SourceLost{Source::telephony, timedOut}});
    const Asked asked(bench, Expectation{Kind::agent, "1001", "", "not-ready"});
    bench.ledger.record({inventory});
    const auto again = bench.frames();
    CHECK(data(again.back()).at("event") == "not-ready");
    CHECK_FALSE(data(again.back()).contains("cause"));
    bench.ledger.record({AgentChanged{"1001", AgentEvent::not_ready}});
    CHECK(data(bench.frames().back()).at("cause").at("request") == "request-1");
}

TEST_CASE("a new session is of the command that asked for its group, whoever else asks for another") {
    Bench bench(journalIn({}));
    Asked support(bench, Expectation{Kind::agent_session, "", "1001", "new-session", "Support"},
                  {"request-1", "lead", {}, {}});
    Asked sales(bench, Expectation{Kind::agent_session, "", "1001", "new-session", "Sales"},
                {"request-2", "head", {}, {}});
    Asked any(bench, Expectation{Kind::agent_session, "", "1001", "new-session"},
              {"request-3", "of an older gateway", {}, {}});
    open(bench);  // in Sales
    bench.ledger.record({SessionChanged{"s2", SessionEvent::new_session, someSession("s2", "1001")}});
    const auto frames = bench.frames();
    REQUIRE(frames.size() == 2);
    CHECK(data(frames[0]).at("cause").at("request") == "request-2");
    CHECK(data(frames[1]).at("cause").at("request") == "request-3");
}

TEST_CASE("while a command is under way its object is busy") {
    Bench bench(journalIn({}));
    const auto busy = [&] {
        return inLedger(bench.ledger, [](LedgerContext& ledger) { return ledger.busy({Kind::agent_session, "s1"}); });
    };
    CHECK_FALSE(busy());
    Asked asked(bench, std::nullopt);
    CHECK(busy());
    asked.settle(done("s1"), AnswerAfter::outcome);
    CHECK_FALSE(busy());
}

TEST_CASE("commands under way: so many of one account and of all") {
    Commands commands;
    CommandId id = 0;
    const auto fill = [&](const std::string& account) {
        for (; !commands.full(account); commands.begin(
                 ++id,
                 {.cause = {.account = account}, .expectation = {}, .object = ObjectRef{Kind::agent_session, "s1"}})) {
        }
    };
    fill("ada");
    CHECK(commands.size() == Commands::mostOfOne);
    CHECK(commands.full("ada")->slug.text() == "too-many-requests");
    CHECK_FALSE(commands.full("eve"));
    for (int i = 0; i < 10; ++i) fill("a" + std::to_string(i));
    CHECK(commands.size() == Commands::most);
    CHECK(commands.full("eve")->slug.text() == "resource-unavailable");
}
