#include <catch2/catch.hpp>

#include "identity/tickets.hpp"

using namespace deskline;
using namespace deskline::identity;

TEST_CASE(
    "tickets: fifty of an account and a number in all; beyond that the oldest goes, and the expired go by themselves",
    "[one-thread]") {
    identity::Tickets tickets;
    std::vector<std::string> ada;
    for (int i = 0; i < 51; ++i) ada.push_back(tickets.issue({"ada"}, "", 100));
    const auto bob = tickets.issue({"bob"}, "", 100);
    CHECK(tickets.size() == 51);
    CHECK(tickets.redeem(ada[0], "", 101).has_error());
    CHECK(tickets.redeem(ada[1], "", 101).has_value());
    CHECK(tickets.redeem(ada[50], "", 101).has_value());
    CHECK(tickets.redeem(bob, "", 101).has_value());
    CHECK(tickets.size() == 48);
    for (int i = 0; i < 2; ++i) (void)tickets.issue({"ada"}, "", 110);
    (void)tickets.issue({"ada"}, "", 110);
    CHECK(tickets.size() == 50);
    tickets.sweep(130);
    CHECK(tickets.size() == 50);
    tickets.sweep(131);
    CHECK(tickets.size() == 3);
    tickets.sweep(141);
    CHECK(tickets.size() == 0);

    const auto first = tickets.issue({"first"}, "", 200);
    for (std::size_t i = 0; i < identity::Tickets::most; ++i)
        (void)tickets.issue({"one of many " + std::to_string(i)}, "", 200);
    CHECK(tickets.size() == identity::Tickets::most);
    CHECK(tickets.redeem(first, "", 201).has_error());
}

TEST_CASE("tickets open one stream, within thirty seconds, from the origin that they were made for") {
    Tickets tickets;
    const auto ticket = tickets.issue({"ada"}, "https://desk.test", 100);
    CHECK(tickets.redeem(ticket, "https://desk.test", 110)->subject == "ada");
    CHECK(tickets.redeem(ticket, "https://desk.test", 110).error().slug.text() == "not-authorized");
    CHECK(tickets.redeem(tickets.issue({"ada"}, "", 100), "", 131).error().slug.text() == "not-authorized");
    const auto stolen = tickets.issue({"ada"}, "https://desk.test", 100);
    CHECK(tickets.redeem(stolen, "https://evil.test", 110).error().slug.text() == "forbidden");
    CHECK(tickets.redeem(stolen, "https://desk.test", 110).error().slug.text() == "not-authorized");  // and is spent
    CHECK(tickets.redeem(tickets.issue({"ada"}, "https://desk.test", 100), "", 110).error().slug.text() == "forbidden");
}
