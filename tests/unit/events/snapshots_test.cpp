#include <catch2/catch.hpp>

#include "events/snapshots.hpp"
#include "unit/events/bench.hpp"

using namespace deskline;
using namespace deskline::events;

TEST_CASE("snapshots of one moment: so many, so large; what is beyond is made and forgotten") {
    for (const std::size_t bytes : {100UL, 1UL << 20}) {
        Snapshots snapshots;
        int made = 0;
        const auto ask = [&](int number) {
            const Subscription subscription{.topics = {"queue"},
                                            .only = std::set<AgentId>{AgentId(std::to_string(number))}};
            return snapshots.of(subscription, [&] {
                ++made;
                return std::string(bytes, 'x');
            });
        };
        for (int i = 0; i < 1'000; ++i) CHECK(ask(i)->size() == bytes);
        CHECK(snapshots.size() <= Snapshots::most);
        CHECK(snapshots.bytes() <= Snapshots::mostBytes);
        CHECK(made == 1'000);
        CHECK(ask(0) == ask(0));
        CHECK(made == 1'000);  // it was there
        snapshots.clear();
        CHECK(snapshots.bytes() == 0);
    }
}
