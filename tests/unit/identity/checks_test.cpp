#include <catch2/catch.hpp>

#include "identity/checks.hpp"

using namespace deskline;
using namespace deskline::identity;

TEST_CASE("secrets that wait to be hashed: a stranger leaves room for others") {
    Checks checks;
    int taken = 0;
    while (checks.begin("k1", "192.0.2.7")) ++taken;
    CHECK(taken == Checks::ofAddress);
    CHECK_FALSE(checks.begin("k2", "192.0.2.7"));
    for (int from = 0; checks.begin("k1", std::to_string(from)); ++from) ++taken;
    CHECK(taken == Checks::ofKey);
    CHECK(checks.begin("k2", "192.0.2.8"));
    ++taken;
    for (int other = 0; checks.begin(std::to_string(other), std::to_string(other)); ++other) ++taken;
    CHECK(taken == Checks::most);
    checks.end("k2", "192.0.2.8");
    CHECK(checks.begin("k9", "192.0.2.9"));
    for (int i = 0; i < Checks::ofAddress; ++i) checks.end("k1", "192.0.2.7");
    CHECK(checks.begin("k1", "192.0.2.7"));
}
