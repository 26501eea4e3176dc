#include <catch2/catch.hpp>

#include "host/arguments.hpp"
#include "host/nearest.hpp"

using namespace deskline;

namespace {

template <class T>
bool good(const Result<T>& result) {
    return result.has_value();
}

}  // namespace

TEST_CASE("times of the command line: a plain number and its unit, up to a century") {
    CHECK(host::secondsIn("90d") == 90 * 86'400);
    CHECK(host::secondsIn("8h") == 8 * 3600);
    CHECK(host::secondsIn("30m") == 1800);
    CHECK(host::secondsIn("3600s") == 3600);
    CHECK(host::secondsIn("3600") == 3600);
    CHECK(host::secondsIn("36525d") == 36'525LL * 86'400);
    // A date after the year 9999 could not be read again from keys.json.
    for (const auto* wrong : {"", "h", "0", "-1h", "+8h", " 8h", "8 h", "8hh", "8w", "36526d", "9999999999d",
                              "99999999999999999999s", "0x10s"})
        CHECK_FALSE(host::secondsIn(wrong));
    CHECK(host::momentIn("2026-05-01") == fromRfc3339("2026-05-01T00:00:00.000Z"));
    CHECK(host::momentIn("2026-05-01T08:00:00Z") == fromRfc3339("2026-05-01T08:00:00.000Z"));
    for (const auto* wrong : {"", "2026-5-1", "yesterday", "2026-05-01T08:00:00"}) CHECK_FALSE(host::momentIn(wrong));
}

TEST_CASE("nearest: the fewest changes; the first of several; nothing of none") {
    CHECK(host::nearest("--jsn", {"--help", "--config", "--json"}) == "--json");
    CHECK(host::nearest("c", {"a", "b"}) == "a");
    CHECK(host::nearest("same", {"sam", "same"}) == "same");
    CHECK(host::nearest("x", {}).empty());
}
