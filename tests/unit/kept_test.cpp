// What the gateway keeps beyond its sources: pending states, presence, outcomes in doubt. On a clock that the test drives, with a switch that
// answers what the test says, and over restarts of the gateway in the middle.
#include "api/caller_command.hpp"
#include "automation/outcome_recheck.hpp"
#include "automation/pending_states.hpp"
#include "app/services.hpp"
#include "api/router.hpp"
#include "bench.hpp"

using namespace deskline;
using namespace deskline::events;

namespace {

constexpr auto timeout = 0x80040044U;     // TAPI_E_TIMEOUT
constexpr auto notAllowed = 0x8004004BU;  // TAPI_E_CALLCENTER_INVALAGENTSTATE

class ScriptedTelephony final : public telephony::Telephony {
public:
    struct Asked {
        telephony::Command command;
        telephony::Completion completion;
    };
    void start(source::Report) override {}
    void perform(telephony::Command command, telephony::Completion completion) override {
        const std::lock_guard lock(mutex_);
        asked_.push_back({std::move(command), std::move(completion)});
    }
    void readFigures() override {}
    std::vector<std::string> stop(std::chrono::milliseconds) override { return {}; }

    std::size_t count() const {
        const std::lock_guard lock(mutex_);
        return asked_.size();
    }
    Asked take() {
        const std::lock_guard lock(mutex_);
        REQUIRE_FALSE(asked_.empty());
        auto first = std::move(asked_.front());
        asked_.erase(asked_.begin());
        return first;
    }

private:
    mutable std::mutex mutex_;
    std::vector<Asked> asked_;
};

const Folder& tokensFolder() {
    static const Folder folder;
    return folder;
}
const identity::Tokens& someTokens() {
    static const auto tokens = std::move(*identity::Tokens::open(tokensFolder().path / "key.pem", "deskline"));
    return *tokens;
}

std::atomic<std::int64_t> clockMilliseconds{1'800'000'000'000};
std::atomic<std::int64_t> tickMilliseconds{0};
Time drivenClock() { return Time(std::chrono::milliseconds(clockMilliseconds)); }
std::chrono::steady_clock::time_point drivenTicks() {
    static const auto start = std::chrono::steady_clock::now();
    return start + std::chrono::milliseconds(tickMilliseconds);
}
void setClock(std::chrono::seconds by) { clockMilliseconds += std::chrono::milliseconds(by).count(); }  // somebody does; no time passes
void pass(std::chrono::seconds time) {
    setClock(time);
    tickMilliseconds += std::chrono::milliseconds(time).count();
}

// A gateway without sockets: everything from the router to the journal, as `deskline serve` puts it together.
struct Unplugged {
    Bench bench;
    ScriptedTelephony acd;
    identity::Authenticator authenticator{someTokens(), nullptr, nullptr};
    Services services;

    explicit Unplugged(const std::filesystem::path& file, automation::PresenceOptions options = {})
        : bench(journalIn(file), drivenClock, drivenTicks),
          services(bench.ledger, &acd, nullptr, authenticator, {.name = "test", .presence = std::move(options)}, [](const auto&, const auto&) {}) {
        bench.ledger.start();
        bench.settle();  // what was known is restored, at the present time
    }

    void picture(SessionState state) {
        TelephonyPicture all;
        all.agents = {{.id = "1001", .handler = "h", .state = AgentState::ready}};
        all.sessions = {someSession("s1", "1001")};
        all.sessions[0].startedAt = Time(std::chrono::milliseconds(1));
        all.sessions[0].state = state;
        bench.ledger.record({all});
    }
    void event(SessionEvent event) { bench.ledger.record({SessionChanged{"s1", event}}); }
    AgentSession session() {
        return inLedger(bench.ledger, [](Books& books) { return *books.state().session("s1"); });
    }
    Agent agent() {
        return inLedger(bench.ledger, [](Books& books) { return books.state().agents.at("1001"); });
    }
    void tick() {
        inLedger(bench.ledger, [this](Books& books) {
            for (Observer* observer : std::initializer_list<Observer*>{&services.outcomeRecheck, &services.presence}) observer->tick(books);
            return 0;
        });
        bench.settle();
    }
    api::Response ask(std::string method, std::string path, std::string body = {}) {
        auto answered = std::make_shared<std::promise<api::Response>>();
        api::Request request;
        request.method = std::move(method);
        request.path = std::move(path);
        request.body = std::move(body);
        request.headers = {{"content-type", "application/json"}};
        request.requestId = "request-7";
        request.identity = {.subject = "supervisor", .role = identity::Role::supervisor, .groups = {identity::everyGroup}};
        request.later = [](auto, auto) { return api::Timer(); };
        api::handle(services.context, std::move(request), [answered](api::Response response) { answered->set_value(std::move(response)); });
        return answered->get_future().get();
    }
    // The switch's answer to what it was asked last, `code` 0: done, with its event.
    void answer(std::uint32_t code = 0) {
        auto asked = acd.take();
        const auto* set = std::get_if<telephony::SetSessionState>(&asked.command);
        REQUIRE(set);
        if (code) return finish(asked, fromHresult(code, "ITAgentSession::put_State"));
        event(eventInto(set->state));
        finish(asked, telephony::Outcome{set->session});
    }
    void finish(ScriptedTelephony::Asked& asked, Result<telephony::Outcome> outcome) {
        asked.completion(std::move(outcome));
        bench.settle();
    }
    std::vector<boost::json::object> told() {
        std::vector<boost::json::object> all;
        for (const auto& frame : bench.frames()) all.push_back(data(frame));
        return all;
    }
};

const std::string afterCall = R"({"state":"ready","when":"after-call","reason":"back"})";

SessionState wanted(ScriptedTelephony& acd) {
    REQUIRE(acd.count() == 1);
    const auto asked = acd.take();
    const auto* set = std::get_if<telephony::SetSessionState>(&asked.command);
    REQUIRE(set);
    return set->state;
}

}  // namespace

TEST_CASE("a pending state waits for the end of the call, over a restart, and is applied with the cause of who asked") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    {
        Unplugged desk(file);
        desk.picture(SessionState::busy_on_call);
        const auto answer = desk.ask("PUT", "/sessions/s1/state", afterCall);
        CHECK(answer.status == 200);
        CHECK(answer.body.at("session").at("pendingState") == "ready");
        CHECK(answer.body.at("event").is_string());
        CHECK(desk.acd.count() == 0);
    }
    Unplugged desk(file);
    CHECK(desk.session().pendingState == SessionState::ready);
    desk.picture(SessionState::busy_on_call);
    desk.bench.settle();
    CHECK(desk.session().pendingState == SessionState::ready);
    CHECK(desk.acd.count() == 0);  // never during the call
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

TEST_CASE("a pending state that the switch refuses while the session is busy waits on; a refusal after that is told as an event") {
    const Folder folder;
    Unplugged desk(folder.path / "journal.db");
    desk.picture(SessionState::busy_on_call);
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
    desk.picture(SessionState::busy_on_call);
    desk.ask("PUT", "/sessions/s1/state", afterCall);
    desk.event(SessionEvent::wrapup);
    desk.bench.settle();
    desk.answer(0x80010108);  // RPC_E_DISCONNECTED
    CHECK(desk.session().pendingState == SessionState::ready);
    desk.bench.ledger.record({SourceLost{Source::telephony, fromHresult(0x80010108, "a call")}});
    desk.picture(SessionState::busy_wrapup);
    desk.bench.settle();
    CHECK(wanted(desk.acd) == SessionState::ready);
}

TEST_CASE("a pending state is withdrawn on request, superseded by a state that somebody sets, and forgotten with the session") {
    const Folder folder;
    Unplugged desk(folder.path / "journal.db");
    desk.picture(SessionState::busy_on_call);
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
    CHECK(inLedger(desk.bench.ledger, [](Books& books) { return books.records().all("pending-state").empty(); }));
}

TEST_CASE("without a call or wrap-up, after-call is now") {
    const Folder folder;
    Unplugged desk(folder.path / "journal.db");
    desk.picture(SessionState::not_ready);
    std::thread caller([&] { CHECK(desk.ask("PUT", "/sessions/s1/state", afterCall).status == 200); });
    while (desk.acd.count() == 0) std::this_thread::yield();
    desk.answer();
    caller.join();
}

TEST_CASE("an agent whose last stream is gone is set not-ready, later signed out, never during a call") {
    const Folder folder;
    Unplugged desk(folder.path / "journal.db", {std::chrono::seconds(30), std::chrono::seconds(300)});
    desk.picture(SessionState::ready);
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
    CHECK(desk.agent().present);  // a page that loads again
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
    CHECK(desk.acd.count() == 0);  // it is not-ready already
    pass(std::chrono::seconds(300));
    desk.tick();
    auto asked = desk.acd.take();
    CHECK(std::get<telephony::SignOut>(asked.command).agent == "1001");
    desk.bench.ledger.record({AgentChanged{"1001", AgentEvent::signed_out}});
    desk.finish(asked, telephony::Outcome{"1001"});
    pass(std::chrono::seconds(300));
    desk.tick();
    CHECK(desk.acd.count() == 0);
}

TEST_CASE("a clock that is set makes nobody absent, and keeps nobody from being it") {
    const Folder folder;
    Unplugged desk(folder.path / "journal.db", {std::chrono::seconds(30), std::chrono::seconds(300)});
    desk.picture(SessionState::ready);
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
    desk.picture(SessionState::ready);
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
            desk.picture(SessionState::ready);
            desk.services.presence.arrived({"1001"});
            if (leaves) desk.services.presence.left({"1001"});
            desk.bench.settle();
        }
        pass(std::chrono::seconds(1000));  // the host was down
        Unplugged desk(file, options);
        desk.picture(SessionState::ready);
        pass(std::chrono::seconds(29));
        desk.tick();
        CHECK(desk.acd.count() == 0);
        CHECK_FALSE(desk.agent().present);
        pass(std::chrono::seconds(2));
        desk.tick();
        CHECK(wanted(desk.acd) == SessionState::not_ready);
    }
}

TEST_CASE("an outcome that nobody knows is read again after five seconds, and settles") {
    for (const bool carriedOut : {true, false}) {
        const Folder folder;
        Unplugged desk(folder.path / "journal.db");
        desk.picture(SessionState::not_ready);
        std::promise<api::Response> answered;
        std::thread caller([&] { answered.set_value(desk.ask("PUT", "/sessions/s1/state", R"({"state":"ready"})")); });
        while (desk.acd.count() == 0) std::this_thread::yield();
        desk.answer(timeout);
        caller.join();
        const auto response = answered.get_future().get();
        CHECK(response.status == 504);
        const auto operation = "/operations/" + std::string(response.body.at("operation").as_string());
        CHECK(desk.ask("GET", operation).body.at("state") == "indeterminate");
        desk.tick();
        pass(std::chrono::seconds(4));
        desk.tick();
        CHECK(desk.acd.count() == 0);
        pass(std::chrono::seconds(2));
        desk.tick();
        auto asked = desk.acd.take();
        CHECK(std::get<telephony::ReadSession>(asked.command).session == "s1");
        desk.told();
        desk.bench.ledger.record({SessionRead{"s1", carriedOut ? SessionState::ready : SessionState::not_ready}});
        desk.finish(asked, telephony::Outcome{"s1", false, false});
        const auto settled = desk.ask("GET", operation).body;
        CHECK(settled.at("state") == (carriedOut ? "succeeded" : "failed"));
        if (!carriedOut) continue;
        const auto told = desk.told();
        REQUIRE(told.size() == 1);
        CHECK(told[0].at("cause").at("request") == "request-7");
        CHECK(settled.at("cursor").is_string());
    }
}

TEST_CASE("a doubt outlives the gateway, and the switch's next picture ends it") {
    for (const bool carriedOut : {true, false}) {
        const Folder folder;
        const auto file = folder.path / "journal.db";
        std::string operation;
        {
            Unplugged desk(file);
            desk.picture(SessionState::not_ready);
            std::promise<api::Response> answered;
            std::thread caller([&] { answered.set_value(desk.ask("PUT", "/sessions/s1/state", R"({"state":"ready"})")); });
            while (desk.acd.count() == 0) std::this_thread::yield();
            desk.answer(timeout);
            caller.join();
            operation = "/operations/" + std::string(answered.get_future().get().body.at("operation").as_string());
        }
        Unplugged desk(file);
        CHECK(desk.ask("GET", operation).body.at("state") == "indeterminate");
        desk.told();
        desk.picture(carriedOut ? SessionState::ready : SessionState::not_ready);
        desk.bench.settle();
        CHECK(desk.ask("GET", operation).body.at("state") == (carriedOut ? "succeeded" : "failed"));
        bool caused = false;
        for (const auto& event : desk.told())
            if (const auto* cause = event.if_contains("cause")) caused = caused || cause->at("request") == "request-7";
        CHECK(caused == carriedOut);  // the late event carries its cause
    }
}
