#include <catch2/catch.hpp>

#include "unit/events/bench.hpp"

using namespace deskline;
using namespace deskline::events;

TEST_CASE("topics are covered by prefix, meters only by name, and the sight narrows everything") {
    CHECK(covers("audio", "audio.session"));
    CHECK_FALSE(covers("agent", "agent-session"));
    const Subscription all{.topics = {"audio", "call", "agent-session"}, .visibility = Visibility::everything()};
    CHECK(all.hears(Kind::audio_device));
    CHECK_FALSE(all.hears(Kind::audio_meter));
    CHECK(all.sees(Kind::call, {}));
    const Subscription blind{.topics = {"call"}};
    CHECK_FALSE(blind.sees(Kind::call, {"1001", {"Sales"}}));
    Visibility ofSales({"1001"}, {"Sales"}, "bob");
    for (const auto kind : {Kind::agent_session, Kind::call, Kind::queue}) ofSales.give(kind, AccessLevel::groups);
    ofSales.give(Kind::source, AccessLevel::all);
    ofSales.give(Kind::webhook, AccessLevel::own);
    const Subscription sales{.topics = {"call", "agent-session"}, .visibility = ofSales};
    CHECK(sales.sees(Kind::agent_session, {"1001", {"Billing"}}));  // its own agent, wherever
    CHECK(sales.sees(Kind::agent_session, {"1002", {"Sales"}}));
    CHECK_FALSE(sales.sees(Kind::agent_session, {"1002", {"Sales North"}}));
    CHECK_FALSE(sales.sees(Kind::agent_session, {"10010", {}}));
    CHECK_FALSE(sales.sees(Kind::call, {}));
    CHECK(sales.sees(Kind::queue, {{}, {"Sales"}}));
    CHECK(sales.sees(Kind::source, {}));
    CHECK_FALSE(sales.sees(Kind::agent, {"1001", {"Sales"}}));  // a topic that the policy does not name
    CHECK(sales.sees(Kind::webhook, {.owner = "bob"}));
    CHECK_FALSE(sales.sees(Kind::webhook, {.owner = "1001"}));
    const Subscription one{.topics = {"agent-session"}, .visibility = ofSales, .only = std::set<AgentId>{"1002"}};
    CHECK_FALSE(one.sees(Kind::agent_session, {"1001", {"Sales"}}));
    CHECK(one.sees(Kind::queue, {{}, {"Sales"}}));
}

TEST_CASE(
    "whoever asks for certain agents hears of agents, sessions and calls only those; of nobody's in particular all "
    "else") {
    Subscription of{.topics = {"call", "queue", "source"},
                    .visibility = Visibility::everything(),
                    .only = std::set<AgentId>{"1001"}};
    CHECK(of.sees(Kind::call, {"1001", {"Sales"}}));
    for (const auto kind : {Kind::call, Kind::agent, Kind::agent_session}) {
        CHECK_FALSE(of.sees(kind, {}));
        CHECK_FALSE(of.sees(kind, {"1002", {"Sales"}}));
    }
    for (const auto kind : {Kind::queue, Kind::acd_group, Kind::source, Kind::audio_device}) CHECK(of.sees(kind, {}));
    of.only.reset();
    CHECK(of.sees(Kind::call, {}));
}
