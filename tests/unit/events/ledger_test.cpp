// Facts become events, in order, with whole objects.
#include <catch2/catch.hpp>

#include "events/snapshot.hpp"
#include "unit/events/bench.hpp"

using namespace deskline;
using namespace deskline::events;

TEST_CASE("a session's events are told in order, with whole objects and previous states") {
    Bench bench(journalIn({}));
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
    bench.ledger.record({SessionChanged{"s1", SessionEvent::busy}});
    bench.ledger.record({SessionChanged{"s1", SessionEvent::end}});
    bench.ledger.record({SessionChanged{"s1", SessionEvent::end}});  // told already
    bench.ledger.record({SessionChanged{"stranger", SessionEvent::ready}});
    const auto frames = bench.frames();
    REQUIRE(frames.size() == 4);
    for (std::size_t i = 0; i < frames.size(); ++i) {
        CHECK(frames[i]->number == i + 1);
        CHECK(frames[i]->ownership == Ownership{"1001", {"Sales"}});
    }
    CHECK(data(frames[2]).at("previousState") == "ready");
    CHECK(data(frames[2]).at("session").at("state") == "busy-on-call");
    CHECK(data(frames[3]).at("event") == "end");
}

TEST_CASE("a snapshot and the deltas after it have no gap and no overlap; a cursor resumes") {
    const Folder folder;
    Bench bench(journalIn(folder.path / "journal.db"));
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    std::optional<SubscriptionStart> attached;
    bench.ledger.attach(bench.shard, {.topics = {"agent-session"}, .visibility = Visibility::everything()}, "",
                        [&](SubscriptionStart a) { attached = std::move(a); });
    bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
    bench.settle();
    std::vector<std::string> order;
    for (auto& item : bench.hub.inbox(bench.shard).drain()) {
        if (auto* frame = std::get_if<FramePtr>(&item))
            order.push_back(std::to_string((*frame)->number));
        else
            std::get<Work>(item)(), order.push_back("snapshot");
    }
    CHECK(order == std::vector<std::string>{"1", "snapshot", "2"});
    REQUIRE(attached);
    REQUIRE(attached->snapshot);
    CHECK(attached->snapshot->find("not-ready") != std::string::npos);
    std::optional<SubscriptionStart> resumed, strange;
    bench.ledger.attach(bench.shard, {.topics = {"agent-session"}, .visibility = Visibility::everything()},
                        attached->cursor, [&](SubscriptionStart a) { resumed = std::move(a); });
    bench.ledger.attach(bench.shard, {.topics = {"agent-session"}, .visibility = Visibility::everything()}, "other-1",
                        [&](SubscriptionStart a) { strange = std::move(a); });
    bench.frames();
    REQUIRE(resumed);
    CHECK(resumed->resumed);
    REQUIRE(resumed->missed.size() == 1);
    CHECK(resumed->missed[0]->number == 2);
    REQUIRE(strange);
    CHECK(strange->reset == "epoch-changed");
    CHECK(strange->snapshot);
}

TEST_CASE("what a stream begins with is handed to it as it is: a copy could fail, and the stream would wait for ever") {
    Bench bench(journalIn({}));
    std::vector<const SubscriptionStart*> given;
    Work work;
    bench.ledger.attach(bench.shard, {.topics = {"agent-session"}, .visibility = Visibility::everything()}, "",
                        [&](const SubscriptionStart& start) {
                            given.push_back(&start);
                            if (given.size() == 1) work();  // while the first, were it a copy, is still there
                        });
    bench.settle();
    for (auto& item : bench.hub.inbox(bench.shard).drain())
        if (auto* told = std::get_if<Work>(&item)) work = std::move(*told);
    REQUIRE(work);
    work();
    REQUIRE(given.size() == 2);
    CHECK(given[0] == given[1]);
}

TEST_CASE("a call that was told before its session is told again to those who see the session, once that is known") {
    Bench bench(journalIn({}));
    const Call call{.id = "c1", .address = "Line 1", .session = "s1", .state = CallState::offering, .since = now()};
    const Call other{.id = "c2", .address = "Line 2", .session = "s2", .state = CallState::offering, .since = now()};
    bench.ledger.record({CallChanged{call, CallEvent::notification}});
    bench.ledger.record({CallChanged{other, CallEvent::notification}});
    const auto before = bench.frames();
    REQUIRE(before.size() == 2);
    CHECK(before[0]->ownership == Ownership{});
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
    const auto told = bench.frames();
    REQUIRE(told.size() == 2);
    CHECK(data(told[0]).at("event") == "new-session");
    CHECK(told[1]->subject == "/calls/c1");
    CHECK(told[1]->ownership == Ownership{"1001", {"Sales"}});
    CHECK(data(told[1]).at("call") == toJson(call));
    bench.ledger.record({SessionChanged{"s1", SessionEvent::ready}});
    CHECK(bench.frames().size() == 1);  // and once only
}

TEST_CASE("lines are told as they come, change and go, one by one and by a new picture") {
    Bench bench(journalIn({}));
    using enum AddressState;
    const auto told = [&] {
        std::vector<std::string> all;
        for (const auto& frame : bench.frames())
            all.push_back(frame->subject + " " + std::string(data(frame).at("event").as_string()));
        return all;
    };
    const auto picture = [&](std::vector<Address> lines) {
        TelephonyInventory inventory;
        inventory.of<Address>() = lines;
        bench.ledger.record({inventory});
    };
    picture({{"a1", "Line 1", "h", in_service}, {"a2", "Line 2", "h", in_service}});
    CHECK(told() == std::vector<std::string>{"/addresses/a1 added", "/addresses/a2 added"});
    picture({{"a1", "Line 1", "h", in_service}, {"a2", "Line 2", "h", in_service, "+49"}});
    CHECK(told() == std::vector<std::string>{"/addresses/a2 state"});  // its number is another
    picture({{"a1", "Line 1", "h", in_service}, {"a2", "Line 2", "h", in_service, "+49"}});
    CHECK(told().empty());
    picture({{"a2", "Line 2", "", out_of_service, "+49"}, {"a3", "Line 3", "other"}});
    CHECK(told() == std::vector<std::string>{"/addresses/a1 removed", "/addresses/a2 handler", "/addresses/a2 state",
                                             "/addresses/a3 added"});
    bench.ledger.record({ThingChanged{Address{"a3", "Line 3", "other", in_service}, AddressEvent::state}});
    bench.ledger.record({ThingChanged{Address{"a2", "Line 2"}, AddressEvent::removed}});
    CHECK(told() == std::vector<std::string>{"/addresses/a3 state", "/addresses/a2 removed"});
    const auto lines = inLedger(bench.ledger, [](LedgerContext& ledger) { return ledger.state().all<Address>(); });
    REQUIRE(lines.size() == 1);
    CHECK(lines.at("a3") == Address{"a3", "Line 3", "other", in_service});
}

TEST_CASE("a new picture is told as differences, in order") {
    Bench bench(journalIn({}));
    TelephonyInventory inventory;
    inventory.of<AcdGroup>() = {{"g1", "Sales", "h"}, {"g2", "Support", "h"}};
    inventory.agents = {{.id = "1001", .handler = "h", .state = AgentState::not_ready}};
    inventory.sessions = {someSession("s1", "1001"), someSession("s2", "1001")};
    bench.ledger.record({inventory});
    const auto first = bench.frames();
    REQUIRE(first.size() == 6);
    // With its first session in a group the agent belongs to the group, whose members hear its events from then on.
    CHECK(first[2]->ownership == Ownership{"1001", {}});
    CHECK(data(first[3]).at("event") == "group-joined");
    CHECK(first[3]->ownership == Ownership{"1001", {"Sales"}});
    CHECK(first[4]->ownership == Ownership{"1001", {"Sales"}});
    bench.ledger.record({inventory});
    CHECK(bench.frames().empty());  // nothing differs
    bench.ledger.record({SourceLost{Source::telephony, fromHresult(hresult("RPC_E_DISCONNECTED"), "a call")}});
    CHECK(bench.frames().size() == 1);
    inventory.of<AcdGroup>().pop_back();
    inventory.sessions.pop_back();
    inventory.sessions[0].state = SessionState::ready;
    bench.ledger.record({SourceConnected{Source::telephony, {}}});
    bench.ledger.record({inventory});
    std::vector<std::string> told;
    for (const auto& frame : bench.frames())
        told.push_back(std::string(frame->type()) + " " + std::string(data(frame).at("event").as_string()));
    CHECK(told == std::vector<std::string>{"deskline.source connected", "deskline.acd-group removed",
                                           "deskline.agent-session end", "deskline.agent not-ready",
                                           "deskline.agent-session ready"});
}

TEST_CASE(
    "a call concerns whom it concerned when its session is gone, over a restart too; but nobody of before when it is "
    "another session's") {
    const Folder folder;
    Call call{.id = "c1", .address = "Line 1", .session = "s1", .state = CallState::connected, .since = now()};
    {
        Bench bench(journalIn(folder.path / "journal.db"));
        bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
        bench.ledger.record({CallChanged{call, CallEvent::notification}});
        bench.ledger.record({SessionChanged{"s1", SessionEvent::end}});
        bench.settle();
    }
    Bench bench(journalIn(folder.path / "journal.db"));
    auto moved = call;
    if (GENERATE(false, true)) {
        moved.session = "unknown";
        bench.ledger.record({CallChanged{moved, CallEvent::state}});
        CHECK(bench.frames().back()->ownership == Ownership{});
    } else {
        call.state = CallState::disconnected;
        bench.ledger.record({CallChanged{call, CallEvent::state}});
        CHECK(bench.frames().back()->ownership == Ownership{"1001", {"Sales"}});
    }
}

TEST_CASE("sessions that ended lately: the last 256") {
    constexpr std::size_t kept = 256, many = kept + 50;
    Bench bench(journalIn({}));
    for (std::size_t i = 0; i < many; ++i) {
        const SessionId id(std::to_string(i));
        bench.ledger.record({SessionChanged{id, SessionEvent::new_session, someSession(id, "1001")}});
        bench.ledger.record({SessionChanged{id, SessionEvent::end}});
    }
    inLedger(bench.ledger, [&](LedgerContext& ledger) {
        CHECK(ledger.state().all<AgentSession>().empty());
        CHECK(ledger.state().ended.size() == kept);
        CHECK(ledger.state().endedOrder.size() == kept);
        CHECK_FALSE(ledger.state().session(SessionId(std::to_string(many - kept - 1))));
        CHECK(ledger.state().session(SessionId(std::to_string(many - kept))));
        CHECK(ledger.state().session(SessionId(std::to_string(many - 1))));
        return 0;
    });
}
