// Pending states: kept over restarts and losses of the switch, and applied with the cause of the request.
#include <catch2/catch.hpp>

#include "automation/pending_states.hpp"
#include "unit/automation/unplugged.hpp"

using namespace deskline;
using namespace deskline::events;

namespace {

const std::string afterCall = R"({"state":"ready","when":"after-call","reason":"back"})";

}  // namespace

TEST_CASE("a pending state waits for the end of the call, over a restart, and is applied with the cause of who asked") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    {
        Unplugged desk(file);
        desk.inventory(SessionState::busy_on_call);
        const auto answer = desk.ask("PUT", "/sessions/s1/state", afterCall);
        CHECK(answer.status == 200);
        CHECK(answer.body.at("session").at("pendingState") == "ready");
        CHECK(answer.body.at("event").is_string());
        CHECK(desk.acd.count() == 0);
    }
    Unplugged desk(file);
    CHECK(desk.session().pendingState == SessionState::ready);
    desk.inventory(SessionState::busy_on_call);
    desk.bench.settle();
    CHECK(desk.session().pendingState == SessionState::ready);
    CHECK(desk.acd.count() == 0);  // not while the call lasts
    desk.told();
    desk.event(SessionEvent::wrapup);
    desk.bench.settle();
    desk.answer();
    CHECK_FALSE(desk.session().pendingState);
    CHECK(desk.session().state == SessionState::ready);
    const auto told = desk.told();
    REQUIRE(told.size() == 3);
    CHECK(told[1].at("event") == "ready");
    CHECK(told[1].at("cause").at("actor") == "supervisor");
    CHECK(told[1].at("cause").at("request") == "request-7");
    CHECK(told[1].at("session").at("reason") == "back");
    CHECK(told[2].at("event") == "pending-state");
    CHECK_FALSE(told[2].at("session").as_object().contains("pendingState"));
}

TEST_CASE(
    "a pending state that the switch refuses while the session is busy waits on; a refusal after that is told as an "
    "event") {
    const Folder folder;
    Unplugged desk(folder.path / "journal.db");
    desk.inventory(SessionState::busy_on_call);
    desk.ask("PUT", "/sessions/s1/state", afterCall);
    desk.event(SessionEvent::wrapup);
    desk.bench.settle();
    desk.answer(notAllowed);
    CHECK(desk.session().pendingState == SessionState::ready);
    desk.told();
    desk.event(SessionEvent::not_ready);  // by the switch itself: the wrap-up is over
    desk.bench.settle();
    desk.answer(notAllowed);
    CHECK_FALSE(desk.session().pendingState);
    const auto told = desk.told();
    REQUIRE(told.size() == 2);
    CHECK(told[1].at("event") == "pending-state-refused");
    CHECK(told[1].at("problem").at("type") == "/problems/state-not-allowed");
    CHECK(told[1].at("problem").at("hresult") == "0x8004004B");
    CHECK(told[1].at("cause").at("actor") == "supervisor");
}

TEST_CASE("a pending state survives the loss of the source and is asked for again when it is back") {
    const Folder folder;
    Unplugged desk(folder.path / "journal.db");
    desk.inventory(SessionState::busy_on_call);
    desk.ask("PUT", "/sessions/s1/state", afterCall);
    desk.event(SessionEvent::wrapup);
    desk.bench.settle();
    desk.answer(hresult("RPC_E_DISCONNECTED"));
    CHECK(desk.session().pendingState == SessionState::ready);
    desk.bench.ledger.record({SourceLost{Source::telephony, fromHresult(hresult("RPC_E_DISCONNECTED"), "a call")}});
    desk.inventory(SessionState::busy_wrapup);
    desk.bench.settle();
    CHECK(wanted(desk.acd) == SessionState::ready);
}

TEST_CASE(
    "a pending state is withdrawn on request, superseded by a state that somebody sets, and forgotten with the "
    "session") {
    const Folder folder;
    Unplugged desk(folder.path / "journal.db");
    desk.inventory(SessionState::busy_on_call);
    CHECK(desk.ask("DELETE", "/sessions/s1/pending-state").status == 404);
    desk.ask("PUT", "/sessions/s1/state", afterCall);
    const auto withdrawn = desk.ask("DELETE", "/sessions/s1/pending-state");
    CHECK(withdrawn.status == 200);
    CHECK_FALSE(withdrawn.body.at("session").as_object().contains("pendingState"));

    desk.ask("PUT", "/sessions/s1/state", afterCall);
    std::thread other([&] { desk.ask("PUT", "/sessions/s1/state", R"({"state":"not-ready"})"); });
    while (desk.acd.count() == 0) std::this_thread::yield();
    desk.answer();
    other.join();
    CHECK_FALSE(desk.session().pendingState);
    CHECK(desk.acd.count() == 0);

    desk.event(SessionEvent::busy);
    desk.ask("PUT", "/sessions/s1/state", afterCall);
    desk.event(SessionEvent::end);
    desk.bench.settle();
    CHECK(desk.acd.count() == 0);
    CHECK(inLedger(desk.bench.ledger,
                   [](LedgerContext& ledger) { return ledger.records().all("pending-state").empty(); }));
}

TEST_CASE("without a call or wrap-up, after-call is now") {
    const Folder folder;
    Unplugged desk(folder.path / "journal.db");
    desk.inventory(SessionState::not_ready);
    std::thread caller([&] { CHECK(desk.ask("PUT", "/sessions/s1/state", afterCall).status == 200); });
    while (desk.acd.count() == 0) std::this_thread::yield();
    desk.answer();
    caller.join();
}
