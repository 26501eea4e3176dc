#include <catch2/catch.hpp>

#include <future>

#include "source/lanes.hpp"

using namespace deskline;

TEST_CASE("lanes: in order within one, never waiting for another; what blocks is left behind by name") {
    source::Lanes lanes(4);
    std::promise<void> release, blocked;
    std::promise<std::string> other;
    std::mutex mutex;
    std::string order;
    lanes.post("a", "the blocked call", [&] {
        blocked.set_value();
        release.get_future().wait();
    });
    for (const char c : {'1', '2', '3'})
        lanes.post("b", "b", [&, c] {
            const std::lock_guard lock(mutex);
            order += c;
            if (c == '3') other.set_value(order);
        });
    blocked.get_future().wait();
    CHECK(other.get_future().get() == "123");
    while (lanes.inFlight() != 1) std::this_thread::yield();  // the third call is leaving
    CHECK(lanes.stop(std::chrono::milliseconds(10)) == std::vector<std::string>{"the blocked call"});
    release.set_value();
    CHECK(lanes.stop(std::chrono::seconds(5)).empty());
}
