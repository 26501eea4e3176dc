#include <catch2/catch.hpp>

#include "model/names.hpp"
#include "simulation/switch.hpp"

using namespace deskline;
using namespace deskline::simulation;

namespace {

constexpr auto start = Time(std::chrono::hours(24 * 20'000));
constexpr int notReady = 0, ready = 1, busyOnCall = 2, wrapUp = 3, ended = 4;

std::string openSession(Switch& acd, const std::string& agent, const std::string& group = "Sales") {
    REQUIRE(acd.signIn(agent, agent) == ok);
    std::string session;
    REQUIRE(acd.createSession(agent, group, "Line " + std::to_string(std::stoi(agent) - 1000), nullptr, session) == ok);
    return session;
}

}  // namespace

TEST_CASE("signing in takes the agent's PIN") {
    Switch acd({.traffic = 0}, start);
    CHECK(acd.signIn("1001", "wrong") == 0x80000059);
    CHECK(acd.signIn("4711", "4711") == 0x80000057);
    CHECK(acd.signIn("1001", "1001") == ok);
    CHECK(acd.agents().size() == 1);
    std::string user, session;
    CHECK(acd.signInUser("winuser", user) == ok);
    const std::string pin = "1";
    CHECK(acd.createSession(user, "Sales", "Line 1", &pin, session) == 0x80040047);
}

TEST_CASE("the switch refuses what a switch refuses") {
    Switch acd({.traffic = 0}, start);
    std::string session;
    acd.signIn("1001", "1001");
    CHECK(acd.createSession("1001", "Nobody", "Line 1", nullptr, session) == 0x80000058);
    session = openSession(acd, "1001");
    CHECK(acd.setSessionState(session, 17) == 0x80070057);
    CHECK(acd.setSessionState(session, busyOnCall) == 0x8000005F);
    CHECK(acd.setSessionState(session, wrapUp) == 0x8000005F);
    CHECK(acd.setSessionState(session, ready) == ok);
    acd.arrive("Sales");
    acd.advance(start + std::chrono::seconds(60));
    REQUIRE(acd.session(session)->state == SessionState::busy_on_call);
    CHECK(acd.setSessionState(session, ready) == 0x8000005F);
    CHECK(acd.setAgentState("1001", 1) == 0x8000005A);
    CHECK(acd.setSessionState(session, ended) == ok);
    for (int state = 0; state <= ended; ++state) CHECK(acd.setSessionState(session, state) == 0x8000005F);
}

TEST_CASE("a call goes from the queue to the longest ready session, is talked and wrapped up, and is counted") {
    Switch acd({.traffic = 0}, start);
    std::vector<std::string> seen;
    acd.listen([&](const SwitchEvent& event) {
        if (const auto* call = std::get_if<CallHappened>(&event))
            seen.push_back(std::string(name(call->event)) + " " + std::string(name(call->call.state)));
        if (const auto* session = std::get_if<SessionHappened>(&event))
            seen.push_back(std::string(name(session->event)));
    });
    const auto first = openSession(acd, "1001"), second = openSession(acd, "1002");
    acd.setSessionState(second, ready);
    acd.advance(start + std::chrono::seconds(1));
    acd.setSessionState(first, ready);
    acd.arrive("Sales");
    acd.advance(start + std::chrono::hours(1));
    CHECK(acd.session(first)->statistics.calls == 0);
    const auto figures = acd.session(second)->statistics;
    CHECK(figures.calls == 1);
    CHECK(figures.talkSeconds > 0);
    CHECK(figures.callSeconds == figures.talkSeconds + figures.wrapUpSeconds);
    CHECK(figures.averageTalkSeconds == figures.talkSeconds);
    const auto queue = acd.queue("Sales")->statistics;
    CHECK(queue.queued == 1);
    CHECK(queue.waiting == 0);
    CHECK(queue.abandoned == 0);
    std::vector<std::string> calls;
    for (auto& line : seen)
        if (line.find(' ') != std::string::npos) calls.push_back(line);
    CHECK(calls.front() == "notification offering");
    CHECK(calls.back() == "state disconnected");
    CHECK(acd.calls().empty());
}

TEST_CASE("nobody ready: calls wait, overflow once, and are abandoned or disposed of; nothing is lost from the count") {
    Switch acd({.traffic = 5, .seed = 7}, start);
    acd.advance(start + std::chrono::hours(2));
    std::int64_t queued = 0, waiting = 0, abandoned = 0, in = 0, out = 0, disposed = 0;
    for (const auto& queue : acd.queues()) {
        queued += queue.statistics.queued, waiting += queue.statistics.waiting, abandoned += queue.statistics.abandoned;
        in += queue.statistics.flowedIn, out += queue.statistics.flowedOut,
            disposed += queue.statistics.finalDisposition;
        CHECK(queue.statistics.longestEverWaitSeconds >= queue.statistics.longestWaitSeconds);
    }
    CHECK(queued > 1000);
    CHECK(in == out);
    CHECK(abandoned > 0);
    CHECK(queued - in == waiting + abandoned + disposed);
}

TEST_CASE("a day of traffic keeps every invariant, and the same seed gives the same day", "[one-thread]") {
    const auto day = [](std::uint64_t seed) {
        Switch acd({.traffic = 2, .seed = seed}, start);
        std::map<std::string, SessionState> states;
        std::size_t events = 0;
        acd.listen([&](const SwitchEvent& event) {
            ++events;
            const auto* happened = std::get_if<SessionHappened>(&event);
            if (!happened) return;
            auto& state = states[happened->session.id];
            if (happened->event == SessionEvent::busy) CHECK(state == SessionState::ready);
            if (happened->event == SessionEvent::wrapup) CHECK(state == SessionState::busy_on_call);
            state = entered(happened->event);
        });
        std::vector<std::string> sessions;
        for (int agent = 1001; agent <= 1012; ++agent) {
            sessions.push_back(openSession(acd, std::to_string(agent),
                                           agent % 3 == 0   ? "Sales"
                                           : agent % 3 == 1 ? "Support"
                                                            : "Billing"));
            acd.setSessionState(sessions.back(), ready);
        }
        std::int64_t calls = 0;
        for (int minute = 1; minute <= 24 * 60; ++minute) {
            acd.advance(start + std::chrono::minutes(minute));
            if (minute % 10 == 0)
                for (auto& session : sessions)
                    if (acd.session(session)->state == SessionState::not_ready) acd.setSessionState(session, ready);
        }
        for (const auto& session : acd.sessions()) {
            calls += session.statistics.calls;
            CHECK(session.statistics.durationSeconds >= session.statistics.callSeconds);
        }
        CHECK(calls > 1000);
        return std::pair(events, calls);
    };
    CHECK(day(3) == day(3));
    CHECK(day(3) != day(4));
}

TEST_CASE("faults are injected by name, as often as told, for the object told") {
    Switch acd({.traffic = 0}, start);
    const auto session = openSession(acd, "1001"), other = openSession(acd, "1002");
    acd.faults().inject({.call = "put_State", .object = session, .code = 0x80040044, .times = 2});
    CHECK(acd.setSessionState(other, ready) == ok);
    CHECK(acd.setSessionState(session, ready) == 0x80040044);
    CHECK(acd.setSessionState(session, ready) == 0x80040044);
    CHECK(acd.setSessionState(session, ready) == ok);
    acd.faults().lose(0x80010108);
    CHECK(acd.setSessionState(session, notReady) == 0x80010108);
    acd.faults().restore();
    CHECK(acd.setSessionState(session, notReady) == ok);
}

TEST_CASE(
    "faults that wait to be hit: so many; calls that wait: as many as there is room to remember what becomes of them") {
    Switch acd({.traffic = 0}, start);
    for (std::size_t i = 0; i < FaultGate::most; ++i)
        CHECK(acd.faults().inject({.call = "put_State", .object = "nobody"}));
    CHECK_FALSE(acd.faults().inject({.call = "put_State"}));
    acd.faults().clear();
    CHECK(acd.faults().inject({.call = "put_State"}));

    for (int i = 0; i < 40'000; ++i) acd.arrive("Sales");
    CHECK(acd.queue("Sales")->statistics.queued == 33'334);  // each waits for three moments
}

TEST_CASE("groups and queues come and go") {
    Switch acd({.traffic = 0}, start);
    acd.signIn("1001", "1001");
    acd.removeGroup("Billing");
    std::string session;
    CHECK(acd.createSession("1001", "Billing", "Line 1", nullptr, session) == 0x80040045);
    CHECK(acd.groups().size() == 2);
    CHECK(acd.queueRemoved("Billing"));
    CHECK(acd.setMeasurementPeriod("Billing", 60) == 0x80040046);
    CHECK(acd.setMeasurementPeriod("Sales", 0) == 0x80070057);
    acd.addGroup("Billing");
    CHECK(acd.createSession("1001", "Billing", "Line 1", nullptr, session) == ok);
}
