#include <catch2/catch.hpp>

#include "unit/events/bench.hpp"

using namespace deskline;
using namespace deskline::events;

TEST_CASE("topics are covered by prefix, meters only by name, and the sight narrows everything") {
    CHECK(covers("audio", "audio.session"));
    CHECK_FALSE(covers("agent", "agent-session"));
    const Subscription all{.topics = {"audio", "call", "agent-session"}, .sight = Sight::everything()};
    CHECK(all.hears("audio.device"));
    CHECK_FALSE(all.hears("audio.meter"));
    CHECK(all.sees("call", {}));
    const Subscription blind{.topics = {"call"}};
    CHECK_FALSE(blind.sees("call", {"1001", {"Sales"}}));
    Sight ofSales({"1001"}, {"Sales"}, "bob");
    for (const auto* topic : {"agent-session", "call", "queue"}) ofSales.give(topic, Reach::groups);
    ofSales.give("source", Reach::all);
    ofSales.give("webhook", Reach::own);
    const Subscription sales{.topics = {"call", "agent-session"}, .sight = ofSales};
    CHECK(sales.sees("agent-session", {"1001", {"Billing"}}));  // its own agent, wherever
    CHECK(sales.sees("agent-session", {"1002", {"Sales"}}));
    CHECK_FALSE(sales.sees("agent-session", {"1002", {"Sales North"}}));
    CHECK_FALSE(sales.sees("agent-session", {"10010", {}}));
    CHECK_FALSE(sales.sees("call", {}));
    CHECK(sales.sees("queue", {{}, {"Sales"}}));
    CHECK(sales.sees("source", {}));
    CHECK_FALSE(sales.sees("agent", {"1001", {"Sales"}}));  // a topic that the policy does not name
    CHECK(sales.sees("webhook", {"bob"}));
    CHECK_FALSE(sales.sees("webhook", {"1001"}));
    const Subscription one{.topics = {"agent-session"}, .sight = ofSales, .only = std::set<std::string>{"1002"}};
    CHECK_FALSE(one.sees("agent-session", {"1001", {"Sales"}}));
    CHECK(one.sees("queue", {{}, {"Sales"}}));
}

TEST_CASE("whoever asks for certain agents hears of agents, sessions and calls only those; of nobody's in particular all else") {
    Subscription of{.topics = {"call", "queue", "source"}, .sight = Sight::everything(), .only = std::set<std::string>{"1001"}};
    CHECK(of.sees("call", {"1001", {"Sales"}}));
    for (const auto* topic : {"call", "agent", "agent-session"}) {
        CHECK_FALSE(of.sees(topic, {}));
        CHECK_FALSE(of.sees(topic, {"1002", {"Sales"}}));
    }
    for (const auto* topic : {"queue", "acd-group", "source", "audio.device"}) CHECK(of.sees(topic, {}));
    of.only.reset();
    CHECK(of.sees("call", {}));
}
