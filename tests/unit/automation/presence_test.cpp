#include <catch2/catch.hpp>

#include "automation/presence.hpp"
#include "unit/automation/unplugged.hpp"

using namespace deskline;
using namespace deskline::events;

TEST_CASE("an agent whose last stream is gone is set not-ready, later signed out, never during a call") {
    const Folder folder;
    Unplugged desk(folder.path / "journal.db", {std::chrono::seconds(30), std::chrono::seconds(300)});
    desk.inventory(SessionState::ready);
    desk.services.presence.arrived({"1001"});
    desk.services.presence.arrived({"1001"});  // a second tab
    CHECK(desk.agent().present);
    desk.services.presence.left({"1001"});
    pass(std::chrono::seconds(60));
    desk.tick();
    CHECK(desk.acd.count() == 0);
    CHECK(desk.agent().present);

    desk.services.presence.left({"1001"});
    desk.tick();
    CHECK(desk.agent().present);  // the page was loaded again
    pass(std::chrono::seconds(4));
    desk.tick();
    CHECK_FALSE(desk.agent().present);
    desk.event(SessionEvent::busy);
    pass(std::chrono::seconds(27));
    desk.tick();
    CHECK(desk.acd.count() == 0);
    desk.event(SessionEvent::ready);
    desk.told();
    desk.tick();
    desk.answer();
    const auto told = desk.told();
    REQUIRE(told.size() == 1);
    CHECK(told[0].at("session").at("state") == "not-ready");
    CHECK(told[0].at("session").at("reason") == "disconnected");
    CHECK(told[0].at("cause").at("actor") == "gateway");
    pass(std::chrono::seconds(60));
    desk.tick();
    CHECK(desk.acd.count() == 0);  // the session is not-ready already
    pass(std::chrono::seconds(300));
    desk.tick();
    auto asked = desk.acd.take();
    CHECK(std::get<telephony::SignOut>(asked.command).agent == "1001");
    CHECK(asked.owner.empty());
    desk.bench.ledger.record({AgentChanged{"1001", AgentEvent::signed_out}});
    desk.finish(asked, telephony::Outcome{"1001"});
    pass(std::chrono::seconds(300));
    desk.tick();
    CHECK(desk.acd.count() == 0);
}

TEST_CASE("a clock that is set makes nobody absent, and keeps nobody from being it") {
    const Folder folder;
    Unplugged desk(folder.path / "journal.db", {std::chrono::seconds(30), std::chrono::seconds(300)});
    desk.inventory(SessionState::ready);
    desk.services.presence.arrived({"1001"});
    desk.services.presence.left({"1001"});
    setClock(std::chrono::hours(1));
    desk.tick();
    CHECK(desk.agent().present);  // no time has passed
    CHECK(desk.acd.count() == 0);
    setClock(-std::chrono::hours(2));
    pass(std::chrono::seconds(31));
    desk.tick();
    CHECK_FALSE(desk.agent().present);
    CHECK(wanted(desk.acd) == SessionState::not_ready);
    setClock(std::chrono::hours(1));
}

TEST_CASE("coming back in time cancels it; who never had a stream, and who is exempt, is left alone") {
    const Folder folder;
    Unplugged desk(folder.path / "journal.db", {std::chrono::seconds(30), std::chrono::seconds(0), {"1002"}});
    desk.inventory(SessionState::ready);
    pass(std::chrono::seconds(1000));
    desk.tick();
    CHECK(desk.acd.count() == 0);
    desk.services.presence.arrived({"1001"});
    desk.services.presence.left({"1001"});
    pass(std::chrono::seconds(20));
    desk.tick();
    desk.services.presence.arrived({"1001"});
    pass(std::chrono::seconds(20));
    desk.tick();
    CHECK(desk.acd.count() == 0);
    CHECK(desk.agent().present);
    desk.bench.ledger.record({AgentChanged{"1002", AgentEvent::signed_in, Agent{.id = "1002", .handler = "h"}}});
    auto second = someSession("s2", "1002");
    desk.bench.ledger.record({SessionChanged{"s2", SessionEvent::new_session, second}});
    desk.bench.ledger.record({SessionChanged{"s2", SessionEvent::ready}});
    desk.services.presence.arrived({"1002"});
    desk.services.presence.left({"1002"});
    pass(std::chrono::seconds(100));
    desk.tick();
    CHECK(desk.acd.count() == 0);
}

TEST_CASE("a restart of the gateway is no disconnect: who was there gets the whole time anew, and who was gone too") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    const automation::PresenceOptions options{std::chrono::seconds(30), std::chrono::seconds(0)};
    for (const bool leaves : {false, true}) {
        {
            Unplugged desk(file, options);
            desk.inventory(SessionState::ready);
            desk.services.presence.arrived({"1001"});
            if (leaves) desk.services.presence.left({"1001"});
            desk.bench.settle();
        }
        pass(std::chrono::seconds(1000));  // the host was down
        Unplugged desk(file, options);
        desk.inventory(SessionState::ready);
        pass(std::chrono::seconds(29));
        desk.tick();
        CHECK(desk.acd.count() == 0);
        CHECK_FALSE(desk.agent().present);
        pass(std::chrono::seconds(2));
        desk.tick();
        CHECK(wanted(desk.acd) == SessionState::not_ready);
    }
}
