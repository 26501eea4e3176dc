// Answers that come from outside a shard, and the end of the shard.
#include <catch2/catch.hpp>

#include <future>

#include "net/shard/outside.hpp"
#include "net/shard/shard.hpp"
#include "unit/events/bench.hpp"
#include "unit/waiting.hpp"

using namespace deskline;
using namespace std::chrono_literals;
using tests::valueOf;

TEST_CASE(
    "ending: a shard answers who waits for something outside, each at its stage and once, and what comes late is for "
    "nobody") {
    using net::Leaving;
    events::Hub hub;
    auto shards = net::makeShards(hub, 1);
    auto& shard = *shards[0];
    shard.start();
    std::vector<std::function<void(std::string)>> answers;  // kept outside for longer than the shard
    std::promise<std::string> answered, read, written, afterwards;
    const auto otherwise = [](const Fault& fault) {
        return fault.slug == shuttingDown.slug ? std::string("the end") : "no answer: " + std::string(fault.slug);
    };
    const auto askSo = [&](Leaving until, std::promise<std::string>& told,
                           const std::function<void(std::function<void(std::string)>)>& begin) {
        net::askOutside(shard, until, net::AnswerOf<std::string>(otherwise), begin, [&told](std::string answer) {
            told.set_value(std::move(answer));
        });  // throws where it is told twice
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
    // The one who had to answer failed: while it was asked, and after that.
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
        return std::string(fault.slug);
    };
    // The failure comes while the question is asked, or later, on the thread that should have answered.
    const std::function<void(std::function<void(std::string)>)> failures[] = {
        [](const auto&) { throw std::bad_alloc(); }, [](const auto& answer) { std::thread([answer] {}).detach(); }};
    shard.start();
    for (const auto& fails : failures) {
        tries = 0;
        std::promise<std::string> told;
        boost::asio::post(shard.io(), [&] {
            net::askOutside(
                shard, net::Leaving::over, net::AnswerOf<std::string>(otherwise), fails,
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

TEST_CASE(
    "ending: who cannot be asked again who it is, for want of memory, has to come back, and the others are asked") {
    struct Member final : net::Subscriber {
        int asked = 0;
        bool fails = false, isLost = false;
        bool deliver(const events::FramePtr&) override { return false; }
        void flush() override {}
        bool releaseHeld() override { return false; }
        void reauthenticate() override {
            ++asked;
            if (fails) throw std::bad_alloc();
        }
        void lost() noexcept override { isLost = true; }
    };
    events::Hub hub;
    auto shards = net::makeShards(hub, 1);
    auto& shard = *shards[0];
    std::vector<std::shared_ptr<Member>> members;
    for (int i = 0; i < 3; ++i)
        shard.join({.topics = {"queue"}, .visibility = Visibility::everything()},
                   members.emplace_back(std::make_shared<Member>()));
    members[0]->fails = true;
    shard.reauthenticate();
    for (const auto& member : members) {
        CHECK(member->asked == 1);
        CHECK(member->isLost == member->fails);
    }
}
