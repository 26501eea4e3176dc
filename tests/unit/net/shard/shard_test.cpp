// How a shard drains its inbox, and to which members it gives the frames.
#include <catch2/catch.hpp>

#include <future>

#include "net/shard/shard.hpp"
#include "unit/waiting.hpp"

using namespace deskline;
using namespace std::chrono_literals;
using tests::valueOf;

namespace {

using Numbers = std::vector<std::uint64_t>;
const events::Subscription queues{.topics = {"queue"}, .visibility = Visibility::everything()},
    calls{.topics = {"call"}, .visibility = Visibility::everything()};

events::FramePtr frame(std::uint64_t number, Kind kind = Kind::queue) {
    return events::makeFrame({.number = number, .kind = kind}, "{}");
}

struct Member final : net::Subscriber {
    Numbers heard;
    int visits = 0, releases = 0;
    bool isLost = false;
    std::function<void()> onDeliver, onRelease;

    bool deliver(const events::FramePtr& frame) override {
        if (onDeliver) onDeliver();
        heard.push_back(frame->number);
        return heard.size() == 1;  // to be visited: it was not touched yet
    }
    void flush() override { ++visits; }
    bool releaseHeld() override {
        if (onRelease) onRelease();
        return ++releases < 3;
    }
    void reauthenticate() override {}
    void lost() noexcept override { isLost = true; }
};

struct Running {
    events::Hub hub;
    net::Shards shards = net::makeShards(hub, 1);
    net::Shard& shard = *shards[0];

    Running() { shard.start(); }
    ~Running() { shard.stop(); }

    void onShard(const std::function<void()>& work) {
        std::promise<bool> done;
        boost::asio::post(shard.io(), [&] {
            work();
            done.set_value(true);
        });
        valueOf(done.get_future());
    }
    std::shared_ptr<Member> member(const events::Subscription& subscription = queues) {
        auto one = std::make_shared<Member>();
        onShard([&] { shard.join(subscription, one); });
        return one;
    }
    void give(const std::vector<events::FramePtr>& frames) {  // as one batch, which has been drained after it
        for (const auto& one : frames) hub.frame(one);
        hub.flush();
        onShard([] {});
    }
};

}  // namespace

TEST_CASE("a shard gives each frame to whoever subscribed, in order, and visits them once for a batch") {
    Running running;
    const auto one = running.member(), two = running.member(), other = running.member(calls);
    running.give({frame(1), frame(2, Kind::call), frame(3)});
    running.onShard([] {});  // the pass
    CHECK(one->heard == Numbers{1, 3});
    CHECK(two->heard == Numbers{1, 3});
    CHECK(other->heard == Numbers{2});
    for (const auto& member : {one, two, other}) CHECK(member->visits == 1);
}

TEST_CASE("a shard does what is in its inbox in its place between the frames") {
    Running running;
    const auto one = running.member();
    Numbers before;
    running.hub.frame(frame(1));
    running.hub.work(0, [&] { before = one->heard; });
    running.give({frame(2)});
    CHECK(before == Numbers{1});
    CHECK(one->heard == Numbers{1, 2});
}

TEST_CASE("who leaves a shard hears nothing more, and who leaves while a frame is given out keeps it from nobody") {
    Running running;
    std::vector<std::shared_ptr<Member>> members;
    for (int i = 0; i < 4; ++i) members.push_back(running.member());
    members[1]->onDeliver = [&] { running.shard.leave(queues, members[1].get()); };
    running.give({frame(1), frame(2)});
    running.onShard([&] { running.shard.leave(queues, members[0].get()); });
    running.give({frame(3)});
    running.onShard([&] { running.shard.leave(queues, members[0].get()); });  // it has left
    CHECK(members[0]->heard == Numbers{1, 2});
    CHECK(members[1]->heard == Numbers{1});
    CHECK(members[2]->heard == Numbers{1, 2, 3});
    CHECK(members[3]->heard == Numbers{1, 2, 3});
}

TEST_CASE("who cannot be given a frame for want of memory has to come back, and the others hear it") {
    Running running;
    const auto one = running.member(), fails = running.member(), two = running.member();
    fails->onDeliver = [] { throw std::bad_alloc(); };
    running.give({frame(1)});
    CHECK(fails->isLost);
    for (const auto& member : {one, two}) {
        CHECK_FALSE(member->isLost);
        CHECK(member->heard == Numbers{1});
    }
}

TEST_CASE("a shard visits everybody whom a frame has touched, however many they are") {
    Running running;
    std::vector<std::shared_ptr<Member>> members;
    for (int i = 0; i < 300; ++i) members.push_back(running.member());
    running.give({frame(1)});
    int visited = 0;
    for (int turn = 0; turn < 10'000 && visited < 300; ++turn) {  // a long pass lets others come between
        visited = 0;
        running.onShard([&] {
            for (const auto& member : members) visited += member->visits;
        });
    }
    CHECK(visited == 300);
}

TEST_CASE("who holds something back is asked for it until nothing is held, and not when it is gone") {
    Running running;
    auto gone = std::make_shared<Member>(), stays = std::make_shared<Member>();
    std::promise<bool> third;
    stays->onRelease = [&] {
        if (stays->releases == 2) third.set_value(true);
    };
    running.onShard([&] {
        running.shard.hold(gone);
        running.shard.hold(stays);
    });
    running.onShard([&] { gone.reset(); });
    CHECK(valueOf(third.get_future()));
    running.onShard([] {});
    CHECK(stays->releases == 3);
}

TEST_CASE("a shard tells each stage of the end to what is open, and to nothing that is gone") {
    struct One final : net::Open {
        std::vector<net::Leaving> told;
        void leave(net::Leaving stage) override { told.push_back(stage); }
    };
    Running running;
    One stays;
    auto gone = std::make_unique<One>();
    running.onShard([&] {
        running.shard.opened(stays);
        running.shard.opened(*gone);
        CHECK(running.shard.leaving() == net::Leaving::not_yet);
        running.shard.leave(net::Leaving::begins);
        CHECK(gone->told == std::vector{net::Leaving::begins});
        gone.reset();
        running.shard.leave(net::Leaving::now);
        CHECK(running.shard.leaving() == net::Leaving::now);
    });
    CHECK(stays.told == std::vector{net::Leaving::begins, net::Leaving::now});
}
