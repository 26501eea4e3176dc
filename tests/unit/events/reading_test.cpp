// Reading past events, and waiting for the next one.
#include <catch2/catch.hpp>

#include <future>
#include <numeric>

#include "events/archive.hpp"
#include "unit/events/bench.hpp"
#include "unit/events/past.hpp"
#include "unit/waiting.hpp"

using namespace deskline;
using namespace deskline::events;
using namespace std::chrono_literals;
using tests::valueOf;

TEST_CASE("who reads waits for what matches, no longer than asked, and reads on from where the page ended") {
    Bench bench(journalIn({}));
    const auto read = [&](HistoryQuery query) {
        auto page = std::make_shared<std::promise<Result<Page>>>();
        bench.ledger.read(std::move(query), [page](Result<Page> answer) { page->set_value(std::move(answer)); });
        return page->get_future();
    };
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    for (int i = 0; i < 9; ++i)
        bench.ledger.record({SessionChanged{"s1", i % 2 ? SessionEvent::not_ready : SessionEvent::ready}});
    const Subscription sessions{.topics = {"agent-session"}, .visibility = Visibility::everything()};
    const auto first = read({sessions, "", 4}).get();
    REQUIRE(first.has_value());
    CHECK(first->frames.size() == 4);
    const auto second = read({sessions, first->cursor, 100}).get();
    REQUIRE(second.has_value());
    REQUIRE(second->frames.size() == 6);
    CHECK(second->frames[0]->number == 5);
    CHECK(read({{.topics = {"queue"}, .visibility = Visibility::everything()}, "", 100}).get()->frames.empty());
    CHECK(read({{.topics = {"agent-session"}, .visibility = Visibility::everything(), .subject = "/sessions/other"},
                "",
                100})
              .get()
              ->frames.empty());

    auto waits = read({sessions, second->cursor, 100, std::chrono::minutes(1)});
    bench.ledger.record({SessionChanged{"s1", SessionEvent::busy}});
    auto waitsForOthers = read({{.topics = {"queue"}, .visibility = Visibility::everything()},
                                second->cursor,
                                100,
                                std::chrono::milliseconds(50)});
    CHECK(waits.get()->frames.size() == 1);
    const auto nothing = waitsForOthers.get();
    CHECK(nothing->frames.empty());
    CHECK(nothing->cursor != second->cursor);  // events that do not match were passed
    CHECK(read({sessions, "other-1", 100}).get().error().slug.text() == "journal-truncated");
    CHECK(read({sessions, "nonsense", 100}).get().error().slug.text() == "invalid-argument");
}

TEST_CASE("who has missed much gets it page by page") {
    Bench bench(journalIn({}));
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    for (int i = 0; i < 2499; ++i)
        bench.ledger.record({SessionChanged{"s1", i % 2 ? SessionEvent::not_ready : SessionEvent::ready}});
    bench.frames();
    std::string cursor = inLedger(bench.ledger, [](LedgerContext& ledger) {
        return ledger.cursor().substr(0, ledger.cursor().rfind('-')) + "-0";
    });
    std::vector<std::size_t> pages;
    for (bool more = true; more;) {
        std::optional<SubscriptionStart> page;
        bench.ledger.attach(bench.shard, {.topics = {"agent-session"}, .visibility = Visibility::everything()}, cursor,
                            [&](SubscriptionStart a) { page = std::move(a); });
        bench.frames();
        REQUIRE(page);
        CHECK(page->resumed);
        pages.push_back(page->missed.size());
        cursor = page->cursor;
        more = page->more;
    }
    CHECK(pages == std::vector<std::size_t>{1024, 1024, 452});
}

TEST_CASE(
    "long events make shorter pages, from memory and from the file, for who reads and for who comes back; none is left "
    "out") {
    const Folder folder;
    constexpr std::size_t count = 50, each = 100'000, most = HistoryQueries::pageBytes + 2 * each;
    auto journal = journalIn(folder.path / "journal.db");
    const auto epoch = journal->epoch();
    const Subscription webhooks{.topics = {"webhook"}, .visibility = Visibility::everything()};
    const auto read = [&](Bench& bench) {
        std::vector<std::uint64_t> numbers;
        for (std::string cursor = epoch + "-0";;) {
            const auto page = pageOf(bench, {webhooks, cursor, 500});
            REQUIRE(page.has_value());
            if (page->frames.empty()) break;
            std::size_t bytes = 0;
            for (const auto& frame : page->frames) bytes += frame->text.size(), numbers.push_back(frame->number);
            CHECK(bytes < most);
            cursor = page->cursor;
        }
        return numbers;
    };
    const auto comeBack = [&](Bench& bench) {
        std::vector<std::uint64_t> numbers;
        std::string cursor = epoch + "-0";
        for (bool more = true; more;) {
            std::promise<SubscriptionStart> attached;
            auto answer = attached.get_future();
            bench.ledger.attach(bench.shard, webhooks, cursor,
                                [&](const SubscriptionStart& start) { attached.set_value(start); });
            while (answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready) bench.frames();
            const auto start = answer.get();
            REQUIRE(start.resumed);
            std::size_t bytes = 0;
            for (const auto& frame : start.missed) bytes += frame->text.size(), numbers.push_back(frame->number);
            CHECK(bytes < most);
            cursor = start.cursor;
            more = start.more;
        }
        return numbers;
    };
    std::vector<std::uint64_t> all(count);
    std::iota(all.begin(), all.end(), 1);
    {
        Bench bench(std::move(journal));
        for (std::size_t i = 0; i < count; ++i)
            bench.ledger.record({WebhookChanged{"w", "ada", {{"filter", std::string(each, 'x')}}}});
        bench.settle();
        CHECK(read(bench) == all);
        CHECK(comeBack(bench) == all);
        bench.ledger.stop();
    }
    Bench again(journalIn(folder.path / "journal.db"));
    CHECK(read(again) == all);
    CHECK(comeBack(again) == all);
}

TEST_CASE("who comes back with a cursor that the journal has cut is told so, and begins anew") {
    const Folder folder;
    auto journal = journalIn(folder.path / "journal.db");
    std::vector<FramePtr> frames;
    for (std::uint64_t n = 1; n <= 10; ++n)
        frames.push_back(makeFrame({.number = n, .time = 1, .kind = Kind::queue, .subject = "/queues/1"}, "{}"));
    REQUIRE(journal->append(frames).has_value());
    const auto epoch = journal->epoch();
    journal->prune(now().time_since_epoch().count());
    Bench bench(std::move(journal));
    std::optional<SubscriptionStart> cut, newest;
    bench.ledger.attach(bench.shard, {.topics = {"queue"}, .visibility = Visibility::everything()}, epoch + "-5",
                        [&](SubscriptionStart a) { cut = std::move(a); });
    bench.ledger.attach(bench.shard, {.topics = {"queue"}, .visibility = Visibility::everything()}, epoch + "-10",
                        [&](SubscriptionStart a) { newest = std::move(a); });
    bench.frames();
    REQUIRE(cut);
    CHECK(cut->reset == "journal-truncated");
    CHECK(cut->snapshot);
    REQUIRE(newest);
    CHECK(newest->resumed);
}

TEST_CASE("ending: who waits for an event is answered when the ledger stops") {
    events::Bench bench(events::journalIn({}));
    std::promise<std::string> told;
    bench.ledger.read(
        {{.topics = {"queue"}, .visibility = Visibility::everything()}, "", 100, 5min},
        [&](const Result<events::Page>& page) { told.set_value(page ? "a page" : std::string(page.error().slug)); });
    bench.settle();
    bench.ledger.stop();
    CHECK(valueOf(told.get_future()) == "shutting-down");
}
