#include <catch2/catch.hpp>

#include "net/transport/timer_wheel.hpp"

using namespace deskline;

namespace {

struct Counted final : net::Timed {
    int ticks = 0, next = 0, failing = 0;
    int tick() override {
        if (failing > 0 && failing--) throw std::bad_alloc();
        ++ticks;
        return next;
    }
};

void turn(net::TimerWheel& wheel, int times) {
    while (times-- > 0) wheel.turn();
}

}  // namespace

TEST_CASE("the wheel ticks after so many turns, the longest time too, and no more unless it is told to") {
    net::TimerWheel wheel;
    turn(wheel, 50);  // from any place of it
    for (const int seconds : {1, 2, 30, 63}) {
        const auto one = std::make_shared<Counted>();
        wheel.schedule(one, seconds);
        turn(wheel, seconds - 1);
        CHECK(one->ticks == 0);
        turn(wheel, 1);
        CHECK(one->ticks == 1);
        turn(wheel, 200);
        CHECK(one->ticks == 1);
        CHECK(wheel.size() == 0);
    }
}

TEST_CASE("the wheel ticks again when the tick says so") {
    net::TimerWheel wheel;
    const auto one = std::make_shared<Counted>();
    one->next = 3;
    wheel.schedule(one, 1);
    turn(wheel, 1 + 3 * 4);
    CHECK(one->ticks == 5);
    CHECK(wheel.size() == 1);
    one->next = 0;
    turn(wheel, 3);
    CHECK(one->ticks == 6);
    CHECK(wheel.size() == 0);
}

TEST_CASE("the wheel keeps nobody alive, and forgets who is gone when it comes by") {
    net::TimerWheel wheel;
    auto gone = std::make_shared<Counted>();
    const auto stays = std::make_shared<Counted>();
    wheel.schedule(gone, 2);
    wheel.schedule(stays, 2);
    const std::weak_ptr<Counted> weak = gone;
    gone.reset();
    CHECK(weak.expired());
    turn(wheel, 2);
    CHECK(stays->ticks == 1);
    CHECK(wheel.size() == 0);
}

TEST_CASE("whoever there was no memory for is ticked by the turns after it, once, and the others at their time") {
    net::TimerWheel wheel;
    const auto late = std::make_shared<Counted>(), other = std::make_shared<Counted>();
    late->failing = 2;
    wheel.schedule(late, 1);
    wheel.schedule(other, 1);
    turn(wheel, 1);
    CHECK(late->ticks == 0);
    CHECK(other->ticks == 1);
    CHECK(wheel.size() == 1);
    turn(wheel, 1);
    CHECK(late->ticks == 0);
    turn(wheel, 1);
    CHECK(late->ticks == 1);
    turn(wheel, 100);
    CHECK(late->ticks == 1);
    CHECK(wheel.size() == 0);
}
