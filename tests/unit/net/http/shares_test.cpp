#include <catch2/catch.hpp>

#include <stdexcept>
#include <vector>

#include "net/http/shares.hpp"

using namespace deskline::net;

TEST_CASE("shares: one account has so many, the others have theirs, and what ends gives its share back") {
    Shares shares(3);
    std::vector<Shares::Share> held;
    for (int i = 0; i < 3; ++i) held.push_back(*shares.take("ada"));
    CHECK_FALSE(shares.take("ada"));
    CHECK_FALSE(shares.take("ada"));  // a refused request is not counted
    CHECK(shares.take("bob"));        // given back at once
    held.pop_back();
    CHECK(shares.take("ada"));
    held.clear();
    CHECK(shares.accounts() == 0);
}

TEST_CASE("shares: a share that goes from one holder to the next, or becomes another account's, is counted once") {
    Shares shares(1);
    {
        auto first = shares.take("ada");
        auto held = std::move(first);
        first.reset();
        CHECK_FALSE(shares.take("ada"));
        CHECK(held->account() == "ada");
        held = shares.take("bob");
        CHECK(held->account() == "bob");
        CHECK(shares.take("ada"));
        CHECK_FALSE(shares.take("bob"));
    }
    CHECK(shares.accounts() == 0);
    const auto fails = [&] {
        const auto share = shares.take("ada");
        throw std::runtime_error("no memory");
    };
    CHECK_THROWS(fails());
    CHECK(shares.take("ada"));
}

TEST_CASE("shares: 0 is no bound") {
    Shares shares;
    std::vector<Shares::Share> held;
    for (int i = 0; i < 1'000; ++i) held.push_back(*shares.take("ada"));
    CHECK(shares.accounts() == 1);
}

TEST_CASE("shares: amounts add up, and who has nothing gets as much as it asks for") {
    Shares shares(100);
    auto one = shares.take("ada", 60);
    auto other = shares.take("ada", 40);
    CHECK(other);
    CHECK_FALSE(shares.take("ada", 1));
    one.reset();
    CHECK_FALSE(shares.take("ada", 61));
    CHECK(shares.take("ada", 60));
    other.reset();
    CHECK(shares.accounts() == 0);
    const auto large = shares.take("ada", 1'000);
    CHECK(large);
    CHECK_FALSE(shares.take("ada", 1));
}
