#include <catch2/catch.hpp>

#include "api/rate_limit.hpp"

using namespace deskline;

TEST_CASE("callers whose rate is counted: so many; those beyond share one bucket") {
    api::Rate rate(10);
    const api::Rate::Clock::time_point start{};
    for (std::size_t i = 0; i < api::Rate::mostBuckets; ++i)
        CHECK(rate.take("account " + std::to_string(i), start).allowed);
    int allowed = 0;
    for (int i = 0; i < 1'000; ++i) allowed += rate.take("more " + std::to_string(i), start).allowed;
    CHECK(allowed == 10);
    CHECK(rate.size() <= api::Rate::mostBuckets + 1);
    CHECK(rate.take("account 1", start).allowed);
    CHECK(rate.take("more 1", start + std::chrono::minutes(2)).allowed);
    CHECK(rate.size() <= 2);  // accounts whose allowance is full again were forgotten
}
