// Requests that wait for events, and readings in several parts: how many there may be, and their answers.
#include <catch2/catch.hpp>

#include "events/history.hpp"
#include "unit/events/gate.hpp"
#include "unit/events/past.hpp"

using namespace deskline;
using namespace deskline::events;

TEST_CASE("who waits is told of the first event that matches, from where it has read, and of nothing before") {
    Bench bench(journalIn({}));
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    bench.settle();
    const Subscription other{
        .topics = {"agent-session"}, .visibility = Visibility::everything(), .subject = "/sessions/s2"},
        this_{.topics = {"agent-session"}, .visibility = Visibility::everything()};
    const auto cursor = pageOf(bench, {this_, ""})->cursor;
    auto one = askedFor(bench, {other, cursor, 100, std::chrono::minutes(1)}),
         same = askedFor(bench, {other, cursor, 100, std::chrono::minutes(1)});
    auto gone = askedFor(bench, {other, cursor, 100, std::chrono::milliseconds(1)});
    bench.settle();
    for (int i = 0; i < 2'000; ++i)
        bench.ledger.record({SessionChanged{"s1", i % 2 ? SessionEvent::not_ready : SessionEvent::ready}});
    CHECK(gone.get()->frames.empty());
    bench.ledger.record({SessionChanged{"s2", SessionEvent::new_session, someSession("s2", "1002")}});
    CHECK(numbersOf(one.get()->frames) == std::vector<std::uint64_t>{2'002});
    CHECK(numbersOf(same.get()->frames) == std::vector<std::uint64_t>{2'002});
}

TEST_CASE("a reading of several parts has one place for all of them, and so many have one") {
    Bench bench(journalIn({}));
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    for (int i = 0; i < 12'000; ++i)
        bench.ledger.record({SessionChanged{"s1", i % 2 ? SessionEvent::not_ready : SessionEvent::ready}});
    bench.settle();
    const Subscription nothing{.topics = {"queue"}, .visibility = sightOf("crm")};
    const auto cursor = pageOf(bench, {nothing, ""})->cursor;
    const auto begin = cursor.substr(0, cursor.find('-')) + "-1";  // all of it is in memory: a part for each 1,024
    std::atomic<std::size_t> refused{0}, answered{0};
    const auto ask = [&](std::size_t times) {
        for (std::size_t i = 0; i < times; ++i)
            bench.ledger.read({nothing, begin, 100}, [&](const Result<Page>& page) {
                refused += !page && page.error().slug.text() == "too-many-requests";
                ++answered;
            });
        bench.settle();
    };
    const Gate first, second;
    first.hold(bench.ledger.readers());
    ask(Readers::mostOfOne + 8);
    CHECK(refused == 8);
    second.ask(bench.ledger.readers());
    first.letGo();
    second.untilHeld();  // one of them has had its first part
    ask(5);
    CHECK(refused == 8 + 5);
    CHECK(answered == refused);  // none has ended
    second.letGo();
    while (answered < Readers::mostOfOne + 8 + 5) bench.settle();
    CHECK(refused == 8 + 5);
    CHECK(pageOf(bench, {nothing, begin, 100}).has_value());  // there is room again
}

TEST_CASE("those who wait are bounded for each account") {
    Bench bench(journalIn({}));
    const Subscription queues{.topics = {"queue"}, .visibility = sightOf("crm")},
        ofAda{.topics = {"queue"}, .visibility = sightOf("ada")};
    std::atomic<int> refused{0};
    const auto wait = [&](const Subscription& subscription) {
        bench.ledger.read({subscription, "", 100, std::chrono::minutes(1)}, [&](const Result<Page>& page) {
            refused += !page && page.error().slug.text() == "too-many-requests";
        });
    };
    for (std::size_t i = 0; i < HistoryQueries::mostWaiting + 3; ++i) wait(queues);
    wait(ofAda);
    bench.settle();
    CHECK(refused == 3);
}

TEST_CASE(
    "events that the journal lacks are read from memory; those it never gets are said to be gone, not passed over") {
    Bench bench(Journal::openVolatile({"journal-fault", "It is not there."}));
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    for (int i = 0; i < 20'000; ++i)
        bench.ledger.record({SessionChanged{"s1", i % 2 ? SessionEvent::not_ready : SessionEvent::ready}});
    bench.frames();
    const Subscription sessions{.topics = {"agent-session"}, .visibility = Visibility::everything()};
    const auto page = pageOf(bench, {sessions, "", 500});
    REQUIRE(page.has_value());
    REQUIRE(page->frames.size() == 500);
    CHECK(page->frames.front()->number == 1);
    CHECK(pageOf(bench, {{.topics = {"queue"}, .visibility = Visibility::everything()}, "", 500})->frames.empty());
}
