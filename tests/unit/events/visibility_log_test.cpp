#include <catch2/catch.hpp>

#include "events/visibility_log.hpp"
#include "unit/events/bench.hpp"

using namespace deskline;
using namespace deskline::events;

namespace {

constexpr auto answersWithin = std::chrono::seconds(20);

Visibility of(const GroupName& group, const std::string& account = "ada") {
    Visibility visibility({}, {group}, account);
    visibility.give(Kind::agent_session, AccessLevel::groups);
    return visibility;
}

struct Listener {
    Bench& bench;
    std::shared_ptr<int> stream = std::make_shared<int>();
    SubscriptionStart listen(const Visibility& visibility, const std::string& cursor) {
        std::optional<SubscriptionStart> got;
        bench.ledger.attach(
            bench.shard, {.topics = {"agent-session"}, .visibility = visibility}, cursor,
            [&](SubscriptionStart a) { got = std::move(a); }, stream);
        bench.frames();
        const auto end = std::chrono::steady_clock::now() + answersWithin;
        while (!got && std::chrono::steady_clock::now() < end) bench.frames();  // a reader's answer
        REQUIRE(got.has_value());
        return *got;
    }
};

SubscriptionStart comeBack(Bench& bench, const Visibility& visibility, const std::string& cursor) {
    return Listener{bench}.listen(visibility, cursor);
}

void happen(Bench& bench, const SessionId& session) {
    bench.ledger.record({SessionChanged{session, SessionEvent::new_session, someSession(session, "1001")}});
    bench.frames();
}

}  // namespace

TEST_CASE("whoever comes back with other rights begins anew, with the same it goes on, over a restart too") {
    const Folder folder;
    const bool again = GENERATE(false, true);
    std::string cursor;
    const auto heard = [&](Bench& bench) {
        happen(bench, "s1");
        cursor = comeBack(bench, of("Sales"), "").cursor;
        happen(bench, "s2");
    };
    const auto judge = [&](Bench& bench) {
        const auto same = comeBack(bench, of("Sales"), cursor);
        CHECK(same.resumed);
        CHECK(same.missed.size() == 1);
        const auto other = comeBack(bench, of("Support"), cursor);
        CHECK_FALSE(other.resumed);
        CHECK(other.reset == "rights-changed");
        CHECK(other.snapshot);
        CHECK(comeBack(bench, of("Support", "bob"), cursor).resumed);  // an account of which nothing is known
        happen(bench, "s3");
        CHECK(comeBack(bench, of("Support"), other.cursor).reset ==
              "rights-changed");  // the log does not know who heard that event
    };
    if (again) {
        {
            Bench bench(journalIn(folder.path / "journal.db"));
            heard(bench);
        }
        Bench bench(journalIn(folder.path / "journal.db"));
        judge(bench);
    } else {
        Bench bench(journalIn(folder.path / "journal.db"));
        heard(bench);
        judge(bench);
    }
}

TEST_CASE("a stream whose rights change hears by the new ones, and goes on from what it heard by them") {
    Bench bench(journalIn({}));
    happen(bench, "s1");
    Listener one{bench};
    const auto before = one.listen(of("Sales"), "");
    const auto after = one.listen(of("Support"), "");
    CHECK(after.snapshot);
    happen(bench, "s2");
    happen(bench, "s3");
    const auto last = one.listen(of("Support"), "");
    one.stream.reset();
    CHECK(comeBack(bench, of("Support"), last.cursor).resumed);
    CHECK(comeBack(bench, of("Support"), before.cursor).reset == "rights-changed");
}

TEST_CASE("where an account hears by two visibilities at a time, whoever comes back begins anew") {
    Bench bench(journalIn({}));
    Listener one{bench}, two{bench};
    one.listen(of("Sales"), "");
    two.listen(of("Support"), "");
    happen(bench, "s1");
    const auto cursor = one.listen(of("Sales"), "").cursor;
    CHECK(comeBack(bench, of("Sales"), cursor).reset == "rights-changed");
    CHECK(comeBack(bench, of("Support"), cursor).reset == "rights-changed");
    CHECK(comeBack(bench, of("Support", "bob"), cursor).resumed);
}

TEST_CASE(
    "of an account so many visibilities are remembered, of all so many accounts; beyond that it is in doubt who heard "
    "what") {
    Records records;
    VisibilityLog visibilities(records);
    visibilities.restored("e", 0);
    auto stream = std::make_shared<int>();
    const auto group = [](std::size_t i) { return GroupName("group " + std::to_string(i)); };
    for (std::size_t i = 0; i <= VisibilityLog::mostOfOne; ++i)
        visibilities.hears(of(group(i)), 10 * i, 10 * i, stream);  // one after the other
    const auto last = of(group(VisibilityLog::mostOfOne));
    const auto newest = 10 * VisibilityLog::mostOfOne;
    CHECK(visibilities.doubtful(last, 5));
    CHECK(visibilities.doubtful(last, newest - 5));
    CHECK_FALSE(visibilities.doubtful(last, newest + 1));
    CHECK_FALSE(visibilities.doubtful(of("Sales", "bob"), 5));
    for (std::size_t i = 1; i < VisibilityLog::most; ++i)
        visibilities.hears(of("Sales", "account " + std::to_string(i)), 10, 10, stream);
    CHECK(records.all("sight").size() == VisibilityLog::most);
    CHECK_FALSE(visibilities.doubtful(of("Sales", "bob"), 1'000));  // this account has heard nothing
    visibilities.hears(of("Sales", "bob"), 500, 500, stream);
    CHECK(records.all("sight").size() == VisibilityLog::most);
    CHECK(visibilities.doubtful(of("Sales", "bob"), 1'000));
    CHECK_FALSE(visibilities.doubtful(of("Sales", "bob"), 499));
    visibilities.sweep(1'000, 1);
    CHECK(visibilities.doubtful(of("Sales", "bob"), 1'000));
    {
        VisibilityLog next(records);
        next.restored("e", 1'000);
        CHECK(next.doubtful(of("Sales", "bob"), 1'000));
        CHECK_FALSE(next.doubtful(of("Sales", "bob"), 1'001));
    }

    stream.reset();
    visibilities.sweep(1'000, 1'001);
    CHECK(records.all("sight").size() == VisibilityLog::most);
    visibilities.sweep(1'000, 1'002);  // entries that no cursor reaches any more are forgotten
    CHECK(records.all("sight").empty());
    CHECK_FALSE(visibilities.doubtful(of("Sales", "bob"), 1'000));
}

TEST_CASE(
    "many visibilities of an account at a time put all in doubt, until those have ended that are not told apart") {
    Records records;
    VisibilityLog visibilities(records);
    visibilities.restored("e", 0);
    std::vector<std::shared_ptr<int>> streams;
    const auto hears = [&](int i, std::uint64_t number) {
        visibilities.hears(of(GroupName("group " + std::to_string(i))), number, number,
                           streams[static_cast<std::size_t>(i)]);
    };
    const int count = static_cast<int>(3 * VisibilityLog::mostOfOne);
    for (int i = 0; i < count; ++i) {
        streams.push_back(std::make_shared<int>());
        hears(i, 10);
    }
    for (int i = 0; i < count; ++i) CHECK(visibilities.doubtful(of(GroupName("group " + std::to_string(i))), 20));
    streams.resize(1);
    visibilities.sweep(100, 1);
    hears(0, 100);
    const auto judge = [&](const VisibilityLog& now) {
        CHECK(now.doubtful(of("group 0"), 50));
        CHECK_FALSE(now.doubtful(of("group 0"), 101));
    };
    judge(visibilities);
    VisibilityLog next(records);
    next.restored("e", 200);
    judge(next);
}

TEST_CASE("a sight that ended is not heard by again after a restart, and is forgotten in its time") {
    Records records;
    {
        VisibilityLog visibilities(records);
        visibilities.restored("e", 0);
        auto before = std::make_shared<int>(), after = std::make_shared<int>();
        visibilities.hears(of("Sales"), 10, 10, before);
        before.reset();
        visibilities.hears(of("Support"), 50, 50, after);  // back at once, before a sweep noticed that it was gone
        visibilities.sweep(60, 1);
    }
    for (const std::uint64_t newest : {100, 200, 300}) {
        VisibilityLog visibilities(records);
        visibilities.restored("e", newest);
        CHECK(visibilities.doubtful(of("Support"), 60));
        CHECK_FALSE(visibilities.doubtful(of("Support"), 61));
        CHECK(visibilities.doubtful(of("Sales"), 100));
        CHECK_FALSE(visibilities.doubtful(of("Sales"), 101));  // it ended with the first gateway
    }
    VisibilityLog visibilities(records);
    visibilities.restored("e", 400);
    visibilities.sweep(400, 200);
    CHECK(records.all("sight").empty());
}
