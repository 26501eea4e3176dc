#include <catch2/catch.hpp>

#include "net/transport/tls_context.hpp"

using namespace deskline;
using namespace deskline::net;

TEST_CASE("ticket keys: the one before is good for an hour more, none after a renewal") {
    TicketKeys keys;
    const auto first = keys.current();
    const auto time = TicketKeys::Clock::now();
    CHECK(keys.find(first.name.data())->second);
    keys.rotate(time);
    CHECK(keys.current().name == first.name);
    keys.rotate(time + TicketKeys::lifetime);
    CHECK(keys.current().name != first.name);
    CHECK_FALSE(keys.find(first.name.data())->second);
    keys.rotate(time + 2 * TicketKeys::lifetime + std::chrono::seconds(1));
    CHECK_FALSE(keys.find(first.name.data()));
    const auto last = keys.current();
    keys.renew();
    CHECK_FALSE(keys.find(last.name.data()));
}
