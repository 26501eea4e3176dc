#include <catch2/catch.hpp>

#include "identity/claims.hpp"
#include "model/seconds.hpp"
#include "model/time.hpp"

using namespace deskline;

TEST_CASE("moments near the largest number there is") {
    constexpr auto most = std::numeric_limits<Seconds>::max(), least = std::numeric_limits<Seconds>::min();
    for (const auto& [time, by, is] : std::vector<std::tuple<Seconds, Seconds, Seconds>>{{0, 60, 60},
                                                                                         {-5, 60, 55},
                                                                                         {most - 60, 60, most},
                                                                                         {most - 59, 60, most},
                                                                                         {most, 60, most},
                                                                                         {most, most, most},
                                                                                         {least, 60, least + 60}})
        CHECK(later(time, by) == is);
    CHECK(toRfc3339(fromSeconds(most)) == "9999-12-31T23:59:59.000Z");
    CHECK(toRfc3339(fromSeconds(least)) == "0001-01-01T00:00:00.000Z");
    CHECK(toRfc3339(fromSeconds(1'700'000'000)) == "2023-11-14T22:13:20.000Z");
    for (const auto& [expires, notBefore, good] :
         std::vector<std::tuple<Seconds, Seconds, bool>>{{most, least, true},
                                                         {most - 60, 0, true},
                                                         {most, most, false},
                                                         {least, 0, false},
                                                         {0, 0, false},
                                                         {2'000'000'000, -1, true}}) {
        INFO(expires << " " << notBefore);
        const boost::json::object claims{{"exp", expires}, {"nbf", notBefore}, {"iat", expires}, {"iss", "i"},
                                         {"aud", "a"},     {"sub", "ada"},     {"role", "agent"}};
        CHECK(identity::readClaims(claims, {"i", "a"}, {}, 1'800'000'000).has_value() == good);
    }
}
