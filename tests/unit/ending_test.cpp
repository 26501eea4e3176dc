// What still waits when its part of the gateway ends, and what the system lets a gateway have open.
#include "bench.hpp"
#include "host/descriptors.hpp"
#include "host/signals.hpp"
#include "identity/issuer.hpp"
#include "net/shard/outside.hpp"
#include "net/transport/seldom.hpp"

using namespace deskline;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 20s;

template <class T>
T valueOf(std::future<T> future) {
    REQUIRE(future.wait_for(patience) == std::future_status::ready);
    return future.get();
}

}  // namespace

TEST_CASE("ending: who waits for an event is answered when the ledger stops") {
    events::Bench bench(events::journalIn({}));
    std::promise<std::string> told;
    bench.ledger.read({{.topics = {"queue"}, .sight = Sight::everything()}, "", 100, 5min},
                      [&](const Result<events::Page>& page) { told.set_value(page ? "a page" : page.error().slug); });
    bench.settle();
    bench.ledger.stop();
    CHECK(valueOf(told.get_future()) == "shutting-down");
}

TEST_CASE("ending: a token that waits for the provider's keys is refused when the issuer stops, and none waits after that") {
    int asked = 0;
    identity::Issuer issuer({.issuer = "https://login.test", .audience = "deskline", .jwks = "https://login.test/keys"},
                            [&](const std::string&, const auto&) { ++asked; });  // never answers
    const auto token = identity::parseJwt(
        "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsifQ.eyJpc3MiOiJodHRwczovL2xvZ2luLnRlc3QifQ."
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    REQUIRE(token.has_value());
    int refused = 0;
    const auto count = [&](const Result<identity::Identity>& identity) { refused += identity ? 0 : 1; };
    issuer.verify(*token, 0, count);
    CHECK(refused == 0);
    CHECK(asked == 1);
    issuer.stop();
    CHECK(refused == 1);
    issuer.verify(*token, 0, count, identity::Issuer::Clock::now() + 2 * identity::Issuer::again);
    CHECK(refused == 2);
    CHECK(asked == 1);
}

TEST_CASE("ending: a shard answers who waits for something outside, each at its stage and once, and what comes late is for nobody") {
    using net::Leaving;
    events::Hub hub;
    auto shards = net::makeShards(hub, 1);
    auto& shard = *shards[0];
    shard.start();
    std::vector<std::function<void(std::string)>> answers;  // kept outside for longer than the shard
    std::promise<std::string> answered, read, written, afterwards;
    const auto otherwise = [](const Fault& fault) { return fault.slug == shuttingDown.slug ? std::string("the end") : "no answer: " + fault.slug; };
    const auto askSo = [&](Leaving until, std::promise<std::string>& told, const std::function<void(std::function<void(std::string)>)>& begin) {
        net::askOutside(shard, until, net::AnswerOf<std::string>(otherwise), begin,
                        [&told](std::string answer) { told.set_value(std::move(answer)); });  // throws where it is told twice
    };
    const auto ask = [&](Leaving until, std::promise<std::string>& told) {
        askSo(until, told, [&](std::function<void(std::string)> answer) { answers.push_back(std::move(answer)); });
    };
    const auto onShard = [&](const std::function<void()>& work) {
        std::promise<void> done;
        boost::asio::post(shard.io(), [&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    };
    onShard([&] {
        ask(Leaving::over, answered);
        ask(Leaving::reads_over, read);
        ask(Leaving::over, written);
    });
    answers[0]("an answer");
    CHECK(valueOf(answered.get_future()) == "an answer");
    // Whoever had to answer failed: before it was asked, and after that.
    std::promise<std::string> failed, dropped;
    onShard([&] { askSo(Leaving::over, failed, [](const auto&) { throw std::bad_alloc(); }); });
    CHECK(valueOf(failed.get_future()) == "no answer: internal");
    onShard([&] { askSo(Leaving::over, dropped, [](const auto& answer) { std::thread([answer] {}).detach(); }); });
    CHECK(valueOf(dropped.get_future()) == "no answer: internal");
    onShard([&] { shard.leave(Leaving::begins); });
    onShard([&] { shard.leave(Leaving::reads_over); });
    CHECK(valueOf(read.get_future()) == "the end");
    auto stillWaits = written.get_future();
    CHECK(stillWaits.wait_for(0s) == std::future_status::timeout);
    onShard([&] { shard.leave(Leaving::over); });
    CHECK(valueOf(std::move(stillWaits)) == "the end");
    onShard([&] { ask(Leaving::reads_over, afterwards); });
    CHECK(valueOf(afterwards.get_future()) == "the end");
    CHECK(answers.size() == 3);  // the last was not even asked
    for (const auto& answer : answers) answer("too late");
    onShard([] {});
    shard.stop();
    for (const auto& answer : answers) answer("much too late");
}

TEST_CASE("ending: who cannot even be told that there is no memory is told when there is some, once") {
    events::Hub hub;
    auto shards = net::makeShards(hub, 1);
    auto& shard = *shards[0];
    std::atomic<int> tries = 0;
    const auto otherwise = [&](const Fault& fault) {
        if (++tries < 3) throw std::bad_alloc();
        return fault.slug;
    };
    // By whom it fails: by whoever is asked, and by whoever was to answer later, on a thread of its own.
    const std::function<void(std::function<void(std::string)>)> failures[] = {[](const auto&) { throw std::bad_alloc(); },
                                                                              [](const auto& answer) { std::thread([answer] {}).detach(); }};
    shard.start();
    for (const auto& fails : failures) {
        tries = 0;
        std::promise<std::string> told;
        boost::asio::post(shard.io(), [&] {
            net::askOutside(shard, net::Leaving::over, net::AnswerOf<std::string>(otherwise), fails,
                            [&](std::string answer) { told.set_value(std::move(answer)); });  // throws where it is told twice
        });
        CHECK(valueOf(told.get_future()) == "internal");
        CHECK(tries == 3);
    }
    shard.stop();
}

TEST_CASE("ending: one of many for whom there is no memory keeps the end from nobody") {
    struct One final : net::Open {
        int told = 0;
        bool fails = false;
        void leave(net::Leaving) override {
            ++told;
            if (fails) throw std::bad_alloc();
        }
    };
    events::Hub hub;
    auto shards = net::makeShards(hub, 1);
    auto& shard = *shards[0];
    One ones[3];
    ones[0].fails = true;
    for (auto& one : ones) shard.opened(one);
    shard.leave(net::Leaving::begins);
    shard.leave(net::Leaving::over);
    for (const auto& one : ones) CHECK(one.told == 2);
}

TEST_CASE("ending: who cannot be asked again who it is, for want of memory, has to come back, and the others are asked") {
    struct Member final : net::Subscriber {
        int asked = 0;
        bool fails = false, isLost = false;
        bool deliver(const events::FramePtr&) override { return false; }
        void flush() override {}
        bool releaseHeld() override { return false; }
        void askAgain() override {
            ++asked;
            if (fails) throw std::bad_alloc();
        }
        void lost() noexcept override { isLost = true; }
    };
    events::Hub hub;
    auto shards = net::makeShards(hub, 1);
    auto& shard = *shards[0];
    std::vector<std::shared_ptr<Member>> members;
    for (int i = 0; i < 3; ++i) shard.join({.topics = {"queue"}, .sight = Sight::everything()}, members.emplace_back(std::make_shared<Member>()));
    members[0]->fails = true;
    shard.askAgain();
    for (const auto& member : members) {
        CHECK(member->asked == 1);
        CHECK(member->isLost == member->fails);
    }
}

TEST_CASE("ending: what does not return is left behind after its time, or at once when there is no time") {
    std::promise<void> release;
    const auto stuck = [released = release.get_future().share()] { released.wait(); };
    CHECK(host::within(
        patience, [] {}, [] { return false; }));
    CHECK_FALSE(host::within(30ms, stuck, [] { return false; }));
    CHECK_FALSE(host::within(1h, stuck, [] { return true; }));
    release.set_value();
}

TEST_CASE("descriptors: strangers get what is left after the gateway's own part") {
    struct Row {
        std::optional<std::size_t> limit;
        std::size_t wanted, connections, crowd;
    };
    const Row rows[] = {
        {std::nullopt, 20'000, 20'000, 256},
        {1'048'576, 20'000, 20'000, 256},
        {20'768, 20'000, 20'000, 256},
        {20'767, 20'000, 19'999, 256},
        {1'024, 20'000, 672, 96},
        {1'024, 100, 100, 256},
        {256, 20'000, 168, 24},
        {160, 20'000, 105, 15},
        {64, 20'000, 42, 6},
    };
    for (const auto& row : rows) {
        const auto share = host::shareOf(row.limit, row.wanted);
        CAPTURE(row.limit.value_or(0), row.wanted);
        CHECK(share.connections == row.connections);
        CHECK(share.crowd == row.crowd);
        if (row.limit) CHECK(share.connections + share.crowd + std::min<std::size_t>(512, *row.limit / 4) <= *row.limit);
    }
    CHECK(host::descriptorsFor(20'000) == 20'768);
}

TEST_CASE("log: of many lines alike the first is said at once, then how many, at most every ten seconds") {
    net::Seldom seldom;
    const auto time = net::Seldom::Clock::now();
    CHECK(seldom.happened(time) == 1);
    for (int i = 0; i < 1000; ++i) CHECK(seldom.happened(time + 9s) == 0);
    CHECK(seldom.happened(time + 10s) == 1001);
    CHECK(seldom.happened(time + 19s) == 0);
    CHECK(seldom.happened(time + 60s) == 2);
}
