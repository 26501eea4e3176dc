#include <catch2/catch.hpp>

#include <future>

#include "source/recovery.hpp"

using namespace deskline;

TEST_CASE("backoff: one second doubling to thirty, half of it by chance") {
    const source::Backoff backoff;
    CHECK(backoff.delay(0, 0.0).count() == 500);
    CHECK(backoff.delay(0, 1.0).count() == 1000);
    CHECK(backoff.delay(3, 1.0).count() == 8000);
    CHECK(backoff.delay(40, 1.0).count() == 30'000);
}

TEST_CASE("recovery: a loss is said once, and the source is built again") {
    std::mutex mutex;
    std::vector<std::string> said;
    std::promise<void> rebuilt, lostTwice;
    const auto both = lostTwice.get_future().share();
    int builds = 0;
    source::Recovery recovery(
        Source::telephony,
        [&](const Fact& fact) {
            const std::lock_guard lock(mutex);
            said.emplace_back(std::holds_alternative<SourceLost>(fact.what) ? "lost" : "connected");
        },
        [&]() -> Result<void> {
            if (builds > 0) both.wait();  // it is not back between the two losses
            const std::lock_guard lock(mutex);
            if (++builds == 3) rebuilt.set_value();
            if (builds == 2) return Fault{"source-lost", "Not yet."};
            return {};
        },
        {}, {std::chrono::milliseconds(2), std::chrono::milliseconds(4)});
    recovery.start();
    while (!recovery.connected()) std::this_thread::yield();
    recovery.lost({"source-lost", "It went away."});
    recovery.lost({"source-lost", "It went away."});
    CHECK(recovery.fault().slug.text() == "source-lost");
    lostTwice.set_value();
    rebuilt.get_future().wait();
    recovery.stop();
    const std::lock_guard lock(mutex);
    CHECK(said == std::vector<std::string>{"lost"});
}
