// History returns the same events as a test of every single event would.
#include <catch2/catch.hpp>

#include <sqlite3.h>

#include <random>

#include "events/history.hpp"
#include "unit/events/gate.hpp"
#include "unit/events/past.hpp"

using namespace deskline;
using namespace deskline::events;

namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
}
bool chance(Random& random, int percent) { return below(random, 100) < static_cast<std::size_t>(percent); }

template <class Value = std::string, class Values>
std::set<Value> some(Random& random, const Values& values, int percent) {
    std::set<Value> chosen;
    for (const auto& value : values)
        if (chance(random, percent)) chosen.emplace(value);
    return chosen;
}

const std::vector<AgentId> agents{"1001", "1002", "1003", "1004"};
const std::vector<GroupName> groups{"Sales", "Support", "Sales\"; DROP TABLE events; --", "S"};
const std::vector<std::string> accounts{"crm", "ada"};

FramePtr randomEvent(Random& random, std::uint64_t number, std::int64_t time) {
    const auto kind = allKinds.at(below(random, allKinds.size()));
    Frame meta{.number = number, .time = time, .kind = kind, .subject = "/x/" + std::to_string(below(random, 5))};
    if (chance(random, 70)) {
        if (kind == Kind::webhook)
            meta.ownership.owner = accounts[below(random, 2)];
        else
            meta.ownership.agent = agents[below(random, agents.size())];
    }
    if (chance(random, 50)) meta.ownership.groups = some<GroupName>(random, groups, 40);
    return makeFrame(std::move(meta), "{\"n\":" + std::to_string(number) + "}");
}

Subscription randomSubscription(Random& random) {
    Subscription asked{.topics = some(random, allTopics, 40),
                       .visibility = Visibility(some<AgentId>(random, agents, 30), some<GroupName>(random, groups, 30),
                                                accounts[below(random, 2)])};
    if (chance(random, 30)) asked.topics.insert("audio");
    for (const auto kind : allKinds) asked.visibility.give(kind, static_cast<AccessLevel>(below(random, 4)));
    if (chance(random, 20)) asked.visibility = Visibility::everything();
    if (chance(random, 30)) asked.only = some<AgentId>(random, agents, 40);
    if (chance(random, 5))
        for (int i = 0; i < 100; ++i)
            asked.only.emplace().emplace("agent " + std::to_string(i)), asked.only->insert("1001");
    if (chance(random, 20)) asked.subject = "/x/" + std::to_string(below(random, 7));
    return asked;
}

std::vector<std::string> planOf(const Database& database, const std::string& sql) {
    std::vector<std::string> steps;
    Statement plan(database, ("EXPLAIN QUERY PLAN " + sql).c_str());
    while (plan.row()) steps.push_back(plan.text(3));
    return steps;
}

// All pages of a subscription, each read by the steps of a History of its own.
std::vector<std::uint64_t> paged(Database& database, const Subscription& subscription, std::uint64_t from,
                                 std::uint64_t upTo, std::size_t limit) {
    std::vector<std::uint64_t> numbers;
    while (from < upTo) {
        History history(subscription, from, upTo, {limit});
        Result<bool> more(true);
        while (more && *more) more = history.step(database);
        REQUIRE(more.has_value());
        const auto page = numbersOf(history.take());
        CHECK((page.size() == limit || history.at() == upTo));
        numbers.insert(numbers.end(), page.begin(), page.end());
        REQUIRE(history.at() > from);
        from = history.at();
    }
    return numbers;
}

// What one reading brought: the numbers of the events, where the reader goes on, and whether there is more.
struct Heard {
    std::vector<std::uint64_t> numbers = {};
    std::string cursor = {};
    bool more = false;
};

// By a stream that begins at the cursor; `meanwhile` runs between its question and the answer.
Heard attached(Bench& bench, const Subscription& asked, const std::string& cursor,
               const std::function<void()>& meanwhile) {
    std::promise<SubscriptionStart> answered;
    auto answer = answered.get_future();
    bench.ledger.attach(bench.shard, asked, cursor,
                        [&](const SubscriptionStart& attachment) { answered.set_value(attachment); });
    meanwhile();
    while (answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready) bench.frames();
    const auto attachment = answer.get();
    REQUIRE(attachment.resumed);
    Heard heard{.cursor = attachment.cursor, .more = attachment.more};
    for (const auto& frame : attachment.missed)
        if (asked.matches(*frame)) heard.numbers.push_back(frame->number);
    return heard;
}

// By a page; `meanwhile` runs between its question and the answer.
Heard paged(Bench& bench, HistoryQuery query, const std::function<void()>& meanwhile) {
    auto asked = askedFor(bench, std::move(query));
    meanwhile();
    const auto page = asked.get();
    REQUIRE(page.has_value());
    return {numbersOf(page->frames), page->cursor, !page->frames.empty()};
}

// ThreadSanitizer finds a race by missing locks, not by the order of one run, so few rounds are enough for it.
#ifdef __SANITIZE_THREAD__
constexpr int rounds(int, int few) { return few; }
#else
constexpr int rounds(int usual, int) { return usual; }
#endif

}  // namespace

TEST_CASE("history is what a look at each event finds, whatever is asked for, with holes and cuts", "[one-thread]") {
    for (unsigned seed = 1; seed <= 12; ++seed) {
        Random random(seed);
        const Folder folder;
        const auto journal = journalIn(folder.path / "journal.db", 1);  // its size is always too much
        std::vector<FramePtr> all;
        for (std::uint64_t n = 1; n <= 3'000; ++n) all.push_back(randomEvent(random, n, static_cast<std::int64_t>(n)));
        REQUIRE(journal->append(all).has_value());
        for (int i = 0; i < 20; ++i) {  // an agent was erased
            const auto first = below(random, 3'000), last = first + below(random, 30);
            Statement erase(journal->database(), "DELETE FROM events WHERE number BETWEEN ?1 AND ?2");
            REQUIRE(erase.bind(static_cast<std::int64_t>(first), static_cast<std::int64_t>(last)).done());
            std::erase_if(all, [&](const FramePtr& frame) { return frame->number >= first && frame->number <= last; });
        }
        if (seed % 2) {
            journal->prune(0);  // cuts a thousand
            std::erase_if(all, [&](const FramePtr& frame) { return frame->number < journal->oldest(); });
        }
        Database database;
        bool damaged = false;
        REQUIRE(database.open(folder.path / "journal.db", Database::Access::read, Database::Durability::normal, damaged)
                    .has_value());
        for (int i = 0; i < 60; ++i) {
            const auto asked = randomSubscription(random);
            const auto from = journal->oldest() - 1 + below(random, journal->newest() - journal->oldest() + 1),
                       upTo = from + below(random, journal->newest() - from + 1);
            std::vector<std::uint64_t> expected;
            for (const auto& frame : all)
                if (frame->number > from && frame->number <= upTo && asked.matches(*frame))
                    expected.push_back(frame->number);
            CAPTURE(seed, i, from, upTo, candidatesFor(asked).sql);
            CHECK(paged(database, asked, from, upTo, 1 + below(random, 200)) == expected);
        }
        if (seed % 2) {
            History cut({.topics = {"agent"}, .visibility = Visibility::everything()}, journal->oldest() - 2,
                        journal->newest(), {10});
            CHECK(cut.step(database).error().slug.text() == "journal-truncated");
        }
    }
}

TEST_CASE("history is read by the indexes in the order of the numbers: no row is looked at for nothing, none is sorted",
          "[one-thread]") {
    const Folder folder;
    const auto journal = journalIn(folder.path / "journal.db");
    REQUIRE(journal->append(someEvents(1, 30'000)).has_value());
    Database database;
    bool damaged = false;
    REQUIRE(database.open(folder.path / "journal.db", Database::Access::read, Database::Durability::normal, damaged)
                .has_value());
    Visibility own({"1004"}, {"Sales"}, "crm"), ofGroups({}, {"Support"}, "ada");
    for (const auto kind : allKinds) own.give(kind, AccessLevel::own), ofGroups.give(kind, AccessLevel::groups);
    const std::set<std::string> everything(allTopics.begin(), allTopics.end());
    struct Row {
        const char* what;
        Subscription subscription;
        const char* index;
        std::uint64_t most;  // rows that are looked at for a page of 100 events
    } const rows[] = {
        {"everything",
         {.topics = everything, .visibility = Visibility::everything()},
         "COVERING INDEX events_by_type (type=? AND number>? AND number<?)",
         100},
        {"a type",
         {.topics = {"queue"}, .visibility = Visibility::everything()},
         "COVERING INDEX events_by_type (type=? AND number>? AND number<?)",
         100},
        {"a subject",
         {.topics = everything, .visibility = Visibility::everything(), .subject = "/things/7"},
         "INDEX events_by_subject (type=? AND subject=? AND number>? AND number<?)",
         100},
        {"a subject that there is not",
         {.topics = everything, .visibility = Visibility::everything(), .subject = "/none"},
         "INDEX events_by_subject (type=? AND subject=? AND number>? AND number<?)",
         0},
        {"one's own",
         {.topics = everything, .visibility = own},
         "COVERING INDEX events_by_agent (agent=? AND type=? AND number>? AND number<?)",
         100},
        {"an agent",
         {.topics = {"agent", "queue"}, .visibility = Visibility::everything(), .only = std::set<AgentId>{"1003"}},
         "COVERING INDEX events_by_agent (agent=? AND type=? AND number>? AND number<?)",
         100},
        {"an agent that there is not",
         {.topics = {"agent", "queue"}, .visibility = Visibility::everything(), .only = std::set<AgentId>{"none"}},
         "COVERING INDEX events_by_agent (agent=? AND type=? AND number>? AND number<?)",
         0},
        {"a group's, of whom there is none",
         {.topics = {"agent"}, .visibility = ofGroups},
         "COVERING INDEX events_by_type (type=? AND number>? AND number<?)",
         5'000},
        {"nothing", {.topics = everything, .visibility = Visibility()}, "", 0},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        const auto candidates = candidatesFor(row.subscription);
        CHECK(candidates.sql.empty() == std::string_view(row.index).empty());
        if (!candidates.sql.empty())
            for (const auto& step : planOf(database, candidates.sql)) {
                CAPTURE(step);
                const bool merges = step.starts_with("MERGE") || step == "LEFT" || step == "RIGHT";
                CHECK((merges || step == "SEARCH events USING " + std::string(row.index)));
            }
        History history(row.subscription, 0, journal->newest(), {100});
        std::uint64_t steps = 1, before = 0;
        for (auto more = history.step(database); more && *more; more = history.step(database), ++steps) {
            CHECK(history.looked() - before <= History::rowsAtOnce);
            before = history.looked();
        }
        CHECK(history.looked() <= row.most);
        CHECK(steps == row.most / History::rowsAtOnce + 1);
        CHECK((history.at() == journal->newest() || history.take().size() == 100));
    }
    CHECK(planOf(database,
                 "SELECT number, time FROM events INDEXED BY events_by_time WHERE time >= ?1 ORDER BY time LIMIT ?2") ==
          std::vector<std::string>{"SEARCH events USING COVERING INDEX events_by_time (time>?)"});
    CHECK(planOf(database, "SELECT number FROM events WHERE agent = ?1 LIMIT ?2") ==
          std::vector<std::string>{"SEARCH events USING COVERING INDEX events_by_agent (agent=?)"});
}

TEST_CASE("from a time on: no event of that time or later is missed, though the clock was set, forward or back") {
    constexpr unsigned seeds = rounds(20, 5);
    for (unsigned seed = 1; seed <= seeds; ++seed) {
        Random random(seed);
        const Folder folder;
        std::vector<FramePtr> all;
        std::int64_t clock = 1'000'000;
        const std::size_t count = seed % 5 == 0 ? 9'000 : 400;  // more than one step
        for (std::uint64_t n = 1; n <= count; ++n) {
            clock += static_cast<std::int64_t>(below(random, 10));
            if (chance(random, 1)) clock += 50'000;
            if (chance(random, 1)) clock -= 70'000;
            all.push_back(randomEvent(random, n, clock - static_cast<std::int64_t>(below(random, 3))));
        }
        auto journal = journalIn(folder.path / "journal.db");
        REQUIRE(journal->append(all).has_value());
        if (seed % 3 == 0) {
            Statement erase(journal->database(), "DELETE FROM events WHERE number BETWEEN 1 AND 20");
            REQUIRE(erase.done());
            all.erase(all.begin(), all.begin() + 20);
        }
        Bench bench(std::move(journal));
        const Subscription everything{.topics = {allTopics.begin(), allTopics.end()},
                                      .visibility = Visibility::everything()};
        for (int i = 0; i < 20; ++i) {
            const auto time = all[below(random, all.size())]->time + static_cast<std::int64_t>(below(random, 3)) - 1;
            const auto first = std::ranges::find_if(all, [&](const FramePtr& frame) { return frame->time >= time; });
            std::vector<std::uint64_t> expected;
            for (auto at = first; at != all.end() && expected.size() < 50; ++at)
                if (everything.matches(**at)) expected.push_back((*at)->number);
            CAPTURE(seed, time);
            const auto page = pageOf(
                bench, {.subscription = everything, .limit = 50, .since = Time(std::chrono::milliseconds(time))});
            REQUIRE(page.has_value());
            CHECK(numbersOf(page->frames) == expected);
        }
        CHECK(pageOf(bench, {.subscription = everything, .since = Time(std::chrono::milliseconds(INT64_MAX))})
                  ->frames.empty());
        CHECK(numbersOf(
                  pageOf(bench, {.subscription = everything, .limit = 1, .since = Time(std::chrono::milliseconds(0))})
                      ->frames)
                  .size() == 1);
    }
}

TEST_CASE("from the file into memory and on to what is happening: no event is passed over and none told twice") {
    constexpr int interleavings = rounds(1'200, 240);
    int done = 0;
    for (unsigned seed = 1; done < interleavings; ++seed) {
        Random random(seed);
        const Folder folder;
        const auto old = below(random, 900);
        auto journal = journalIn(folder.path / "journal.db");
        REQUIRE(journal->append(someEvents(1, old)).has_value());
        const auto epoch = journal->epoch();
        Bench bench(std::move(journal));
        bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
        std::uint64_t recorded = old + 1;
        bool ready = false;
        const auto happen = [&] {
            for (auto left = below(random, 40); left > 0; --left, ++recorded)
                bench.ledger.record(
                    {SessionChanged{"s1", (ready = !ready) ? SessionEvent::ready : SessionEvent::not_ready}});
        };
        const auto perhaps = [&] {
            if (chance(random, 50)) happen();
        };
        const auto number = [&](const std::string& cursor) { return std::stoull(cursor.substr(epoch.size() + 1)); };
        const Subscription sessions{.topics = {"agent-session"}, .visibility = Visibility::everything()};
        const auto matches = [&](std::uint64_t n) { return n > old || n % 6 == 0; };
        for (int round = 0; round < 60; ++round, ++done) {
            const auto from = below(random, recorded + 1);
            bool stream = chance(random, 50);
            std::string cursor = epoch + "-" + std::to_string(from);
            std::vector<std::uint64_t> told;
            happen();
            std::uint64_t end = 0;
            for (bool more = true; more;) {
                const auto heard = stream ? attached(bench, sessions, cursor, perhaps)
                                          : paged(bench,
                                                  {sessions, cursor, 1 + below(random, 300),
                                                   std::chrono::milliseconds(chance(random, 20) ? 1 : 0)},
                                                  perhaps);
                told.insert(told.end(), heard.numbers.begin(), heard.numbers.end());
                cursor = heard.cursor;
                more = heard.more;
                end = number(cursor);
            }
            std::vector<std::uint64_t> expected;
            for (auto n = from + 1; n <= end; ++n)
                if (matches(n)) expected.push_back(n);
            CAPTURE(seed, round, old, from, stream);
            CHECK(told == expected);
            if (told != expected) return;
        }
    }
}
