// The throttle on guessing: what it slows down, and what it does not.
#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "identity/throttle.hpp"
#include "unit/identity/provider.hpp"

using namespace deskline;
using namespace deskline::identity;

TEST_CASE("guessing: ten are free, then each takes twice as long; a quiet while forgives") {
    Throttle throttle(Throttle::usual);
    auto time = Throttle::Clock::now();
    for (int i = 0; i < 10; ++i) CHECK_FALSE(throttle.failed("address a", time));
    CHECK(throttle.wait("address a", time) == 0);
    CHECK(throttle.failed("address a", time));
    CHECK(throttle.wait("address a", time) == 1);
    CHECK_FALSE(throttle.failed("address a", time));  // while it waits: longer
    CHECK(throttle.wait("address a", time) == 2);
    CHECK(throttle.wait("address b", time) == 0);
    for (int i = 0; i < 20; ++i) throttle.failed("address a", time);
    CHECK(throttle.wait("address a", time) == Throttle::longest);
    time += std::chrono::seconds(Throttle::longest) + Throttle::window + std::chrono::seconds(1);
    throttle.failed("address a", time);
    CHECK(throttle.wait("address a", time) == 0);
    for (int i = 0; i < 12; ++i) throttle.failed("agent", time);
    throttle.succeeded("agent");
    CHECK(throttle.wait("agent", time) == 0);
    Throttle never(0);
    for (int i = 0; i < 100; ++i) never.failed("address a", time);
    CHECK(never.wait("address a", time) == 0);
}

TEST_CASE("what counts as a guess, by what it is counted, and whom that makes wait") {
    constexpr int free = 10;
    const std::string here = "192.0.2.7", there = "192.0.2.8", six = "2001:db8::1", sixBeside = "2001:db8::2:0:1";
    struct Row {
        const char* says;
        Shown shown;
        const char* name;
        const char* from;
        int failures;
        std::vector<std::tuple<Shown, std::string, std::string, bool>> then;  // shown, name, address: has to wait
    };
    const auto wrong = free + 1;
    const std::vector<Row> rows = {
        {"nothing shown is no guess",
         Shown::nothing,
         "",
         "192.0.2.7",
         1000,
         {{Shown::nothing, "", here, false}, {Shown::token, "", here, false}, {Shown::key, "k", here, false}}},
        {"a foreign page is no guess",
         Shown::origin,
         "",
         "192.0.2.7",
         1000,
         {{Shown::origin, "", here, false}, {Shown::token, "", here, false}, {Shown::key, "k", here, false}}},
        {"a token, by address",
         Shown::token,
         "",
         "192.0.2.7",
         wrong,
         {{Shown::ticket, "", here, true},
          {Shown::token, "", there, false},
          {Shown::key, "k", here, false},
          {Shown::pin, "1001", here, false}}},
        {"a token, by /64",
         Shown::token,
         "",
         "2001:db8::1",
         wrong,
         {{Shown::token, "", six, true},
          {Shown::token, "", sixBeside, true},
          {Shown::token, "", "2001:db8:0:1::1", false}}},
        {"a mapped address is the same", Shown::token, "", "::ffff:192.0.2.7", wrong, {{Shown::token, "", here, true}}},
        {"ten are free", Shown::token, "", "192.0.2.7", free, {{Shown::token, "", here, false}}},
        {"a ticket, by address",
         Shown::ticket,
         "",
         "192.0.2.7",
         wrong,
         {{Shown::token, "", here, true}, {Shown::key, "k", here, false}}},
        {"a certificate, by address",
         Shown::certificate,
         "",
         "192.0.2.7",
         wrong,
         {{Shown::certificate, "", here, true}, {Shown::key, "k", here, false}}},
        {"a key that there is none of, by address",
         Shown::unknown_key,
         "",
         "192.0.2.7",
         wrong,
         {{Shown::unknown_key, "", here, true}, {Shown::key, "k", here, false}}},
        {"a secret, by key and address",
         Shown::key,
         "k",
         "192.0.2.7",
         wrong,
         {{Shown::key, "k", here, true},
          {Shown::key, "k", there, false},
          {Shown::key, "other", here, false},
          {Shown::token, "", here, false}}},
        {"a PIN, by agent and address",
         Shown::pin,
         "1001",
         "192.0.2.7",
         wrong,
         {{Shown::pin, "1001", here, true},
          {Shown::pin, "1001", there, false},
          {Shown::pin, "1002", here, false},
          {Shown::token, "", here, false}}},
        {"a PIN, by agent at three times as many",
         Shown::pin,
         "1001",
         "192.0.2.7",
         3 * free + 1,
         {{Shown::pin, "1001", there, true}, {Shown::pin, "1002", here, false}}},
    };
    for (const auto& row : rows) {
        INFO(row.says);
        Throttle throttle(free);
        const auto time = Throttle::Clock::now();
        for (int i = 0; i < row.failures; ++i) throttle.failed(countersOf(row.shown, row.from, row.name), time);
        for (const auto& [shown, name, from, waits] : row.then) {
            INFO(static_cast<int>(shown) << " " << name << " " << from);
            CHECK((throttle.wait(countersOf(shown, from, name), time) > 0) == waits);
            const auto after = time + std::chrono::seconds(Throttle::longest + 1);
            CHECK(throttle.wait(countersOf(shown, from, name), after) == 0);
        }
    }
}

TEST_CASE("a throttle remembers so many, and forgets first who failed longest ago") {
    Throttle throttle(1);
    const auto time = Throttle::Clock::now();
    for (int i = 0; i < 5; ++i) throttle.failed("first", time);
    for (std::size_t i = 0; i < Throttle::most - 1; ++i) throttle.failed(std::to_string(i), time);
    CHECK(throttle.size() == Throttle::most);
    CHECK(throttle.wait("first", time) > 0);
    throttle.failed("one more", time);
    CHECK(throttle.size() == Throttle::most);
    CHECK(throttle.wait("first", time) == 0);
}

TEST_CASE("a throttle: whoever fails from many addresses makes nobody forget the guesses at a PIN or a key") {
    Throttle throttle(1);
    const auto time = Throttle::Clock::now();
    const auto pin = countersOf(Shown::pin, "192.0.2.7", "1001"), key = countersOf(Shown::key, "192.0.2.7", "k1");
    for (int i = 0; i < 5; ++i) {
        throttle.failed(pin, time);
        throttle.failed(key, time);
    }
    for (std::size_t i = 0; i < 2 * Throttle::most; ++i)
        throttle.failed(countersOf(Shown::token, fmt::format("2001:db8:{:x}:{:x}::1", i >> 16, i & 0xffff)), time);
    CHECK(throttle.wait(pin, time) > 0);
    CHECK(throttle.wait(countersOf(Shown::pin, "198.51.100.9", "1001"), time) > 0);  // from any address
    CHECK(throttle.wait(key, time) > 0);
    CHECK(throttle.size() == Throttle::most + 3);
}
