#include <catch2/catch.hpp>

#include "host/descriptors.hpp"

using namespace deskline;

TEST_CASE("descriptors: strangers get what is left after the gateway's own part") {
    struct Row {
        std::optional<std::size_t> limit;
        std::size_t wanted, connections, crowd;
    };
    const Row rows[] = {
        {std::nullopt, 20'000, 20'000, 256},
        {1'048'576, 20'000, 20'000, 256},
        {20'768, 20'000, 20'000, 256},
        {20'767, 20'000, 19'999, 256},
        {1'024, 20'000, 672, 96},
        {1'024, 100, 100, 256},
        {256, 20'000, 168, 24},
        {160, 20'000, 105, 15},
        {64, 20'000, 42, 6},
    };
    for (const auto& row : rows) {
        const auto share = host::shareOf(row.limit, row.wanted, 8);
        CAPTURE(row.limit.value_or(0), row.wanted);
        CHECK(share.connections == row.connections);
        CHECK(share.crowd == row.crowd);
        if (row.limit)
            CHECK(share.connections + share.crowd + std::min<std::size_t>(512, *row.limit / 4) <= *row.limit);
    }
    CHECK(host::descriptorsFor(20'000, 8) == 20'768);
    CHECK(host::descriptorsFor(20'000, 32) == 20'768);
    CHECK(host::descriptorsFor(20'000, 256) == 20'768 + 3 * 224);  // each loop has three
}
