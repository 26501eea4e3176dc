#include <catch2/catch.hpp>

#include <condition_variable>
#include <future>
#include <mutex>

#include "source/keyed_executor.hpp"

using namespace deskline;

namespace {

// Calls of one owner, each in a lane of its own; each lasts until one more is released.
struct Slow {
    std::string owner;
    std::atomic<int> begun{0}, ended{0};
    std::mutex mutex;
    std::condition_variable changed;  // a std::counting_semaphore of mingw-w64 12 can miss a release
    int left = 0;                     // that may end

    void post(source::KeyedExecutor& executor, int calls) {
        for (int i = 0; i < calls; ++i)
            executor.post(owner + std::to_string(i), owner, owner, [this] {
                ++begun;
                acquire();
                ++ended;
            });
    }
    int running() const { return begun - ended; }
    void release(int more = 1) {
        const std::lock_guard lock(mutex);
        left += more;
        changed.notify_all();
    }
    void acquire() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return left > 0; });
        --left;
    }
};

bool soon(const std::function<bool()>& so) {
    const auto last = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!so() && std::chrono::steady_clock::now() < last) std::this_thread::yield();
    return so();
}

}  // namespace

TEST_CASE("keyed executor: in order within one, never waiting for another; what blocks is left behind by name") {
    source::KeyedExecutor executor(4);
    std::promise<void> release, blocked;
    std::promise<std::string> other;
    std::mutex mutex;
    std::string order;
    executor.post("a", "", "the blocked call", [&] {
        blocked.set_value();
        release.get_future().wait();
    });
    for (const char c : {'1', '2', '3'})
        executor.post("b", "", "b", [&, c] {
            const std::lock_guard lock(mutex);
            order += c;
            if (c == '3') other.set_value(order);
        });
    blocked.get_future().wait();
    CHECK(other.get_future().get() == "123");
    while (executor.inFlight() != 1) std::this_thread::yield();  // the third call is leaving
    CHECK(executor.stop(std::chrono::milliseconds(10)) == std::vector<std::string>{"the blocked call"});
    release.set_value();
    CHECK(executor.stop(std::chrono::seconds(5)).empty());
}

TEST_CASE("keyed executor: as many threads as the limit says, and never more") {
    Slow calls{"crm"};
    source::KeyedExecutor executor(4);
    calls.post(executor, 20);
    REQUIRE(soon([&] { return calls.begun == 4; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK(calls.begun == 4);
    CHECK(executor.inFlight() == 4);
    for (int done = 1; done <= 20; ++done) {  // each thread that is free goes on with the next
        calls.release();
        REQUIRE(soon([&] { return calls.ended == done && calls.begun == std::min(20, done + 4); }));
    }
    CHECK(executor.stop(std::chrono::seconds(5)).empty());
}

TEST_CASE("keyed executor: an owner has at most half of the threads while another one's lane waits") {
    Slow crm{"crm"}, desk{"desk"};
    source::KeyedExecutor executor(4);
    crm.post(executor, 50);
    REQUIRE(soon([&] { return crm.running() == 4; }));  // alone, it has them all
    desk.post(executor, 50);
    for (int theirs = 1; theirs <= 2; ++theirs) {  // each thread that it gives back goes to the other, up to a half
        crm.release();
        REQUIRE(soon([&] { return desk.running() == theirs; }));
        CHECK(crm.running() == 4 - theirs);
    }
    for (int turn = 0; turn < 10; ++turn) {  // from then on each has its own
        auto& one = turn % 2 ? crm : desk;
        const int before = one.begun;
        one.release();
        REQUIRE(soon([&] { return one.begun == before + 1; }));
        CHECK(crm.running() == 2);
        CHECK(desk.running() == 2);
    }
    Slow third{"third"};  // the last owner waits for one call, not for all calls before it
    third.post(executor, 1);
    crm.release();
    CHECK(soon([&] { return third.running() == 1; }));
    for (auto* calls : {&crm, &desk, &third}) calls->release(50);
    CHECK(executor.stop(std::chrono::seconds(20)).empty());
    CHECK(crm.ended + desk.ended + third.ended == 101);
}

TEST_CASE("keyed executor: with one thread the owners take turns") {
    std::promise<void> hold;
    std::string order;
    source::KeyedExecutor executor(1);
    executor.post("first", "crm", "first", [&] { hold.get_future().wait(); });
    REQUIRE(soon([&] { return executor.inFlight() == 1; }));
    for (const std::string lane : {"a1", "a2", "a3", "b1", "b2"})
        executor.post(lane, lane.substr(0, 1), lane, [&order, lane] { order += lane + " "; });
    hold.set_value();
    CHECK(executor.stop(std::chrono::seconds(20)).empty());
    CHECK(order == "a1 b1 a2 b2 a3 ");
}
