// A gateway without sockets, for tests of the state that it keeps beside its sources, also over restarts. The test
// drives its clock, and chooses the answers of its switch.
#pragma once
#include "api/router.hpp"
#include "app/services.hpp"
#include "unit/events/bench.hpp"

namespace deskline::events {

inline constexpr auto timeout = hresult("TAPI_E_TIMEOUT");
inline constexpr auto notAllowed = hresult("TAPI_E_CALLCENTER_INVALAGENTSTATE");

class ScriptedTelephony final : public telephony::Telephony {
public:
    struct Asked {
        telephony::Command command;
        telephony::Completion completion;
        std::string owner;
    };
    void start(source::Report) override {}
    void perform(telephony::Command command, std::string owner, telephony::Completion completion) override {
        const std::lock_guard lock(mutex_);
        asked_.push_back({std::move(command), std::move(completion), std::move(owner)});
    }
    void readStatistics() override {}
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

inline const Folder& tokensFolder() {
    static const Folder folder;
    return folder;
}
inline const identity::Tokens& someTokens() {
    static const auto tokens = std::move(*identity::Tokens::open(tokensFolder().path / "key.pem", "deskline"));
    return *tokens;
}

inline std::atomic<std::int64_t> clockMilliseconds{1'800'000'000'000};
inline std::atomic<std::int64_t> tickMilliseconds{0};
inline Time drivenClock() { return Time(std::chrono::milliseconds(clockMilliseconds)); }
inline std::chrono::steady_clock::time_point drivenTicks() {
    static const auto start = std::chrono::steady_clock::now();
    return start + std::chrono::milliseconds(tickMilliseconds);
}
inline void setClock(std::chrono::seconds by) {
    clockMilliseconds += std::chrono::milliseconds(by).count();
}  // the wall clock alone is set; no time passes
inline void pass(std::chrono::seconds time) {
    setClock(time);
    tickMilliseconds += std::chrono::milliseconds(time).count();
}

// A gateway without sockets: everything from the router to the journal, as `deskline serve` puts it together.
struct Unplugged {
    Bench bench;
    ScriptedTelephony acd;
    identity::Authenticator authenticator;
    Services services;

    ~Unplugged() { bench.ledger.stop(); }  // first, since its thread uses all members
    explicit Unplugged(const std::filesystem::path& file, automation::PresenceOptions options = {})
        : Unplugged(journalIn(file), std::move(options)) {}
    explicit Unplugged(std::unique_ptr<Journal> journal, automation::PresenceOptions options = {},
                       identity::Keys* keys = nullptr)
        : bench(std::move(journal), drivenClock, drivenTicks),
          authenticator(someTokens(), keys, nullptr),
          services(bench.ledger, &acd, nullptr, authenticator, {.name = "test", .presence = std::move(options)},
                   [](const auto&, const auto&) {}) {
        bench.ledger.start();
        bench.settle();  // the state from the journal is restored, at the present time
    }

    void inventory(SessionState state) {
        TelephonyInventory all;
        all.agents = {{.id = "1001", .handler = "h", .state = AgentState::ready}};
        all.sessions = {someSession("s1", "1001")};
        all.sessions[0].startedAt = Time(std::chrono::milliseconds(1));
        all.sessions[0].state = state;
        bench.ledger.record({all});
    }
    void event(SessionEvent event) { bench.ledger.record({SessionChanged{"s1", event}}); }
    AgentSession session() {
        return inLedger(bench.ledger, [](LedgerContext& ledger) { return *ledger.state().session("s1"); });
    }
    Agent agent() {
        return inLedger(bench.ledger, [](LedgerContext& ledger) { return ledger.state().all<Agent>().at("1001"); });
    }
    void tick() {
        inLedger(bench.ledger, [this](LedgerContext& ledger) {
            for (Observer* observer : std::initializer_list<Observer*>{&services.outcomeRecheck, &services.presence})
                observer->tick(ledger);
            return 0;
        });
        bench.settle();
    }
    api::Response ask(std::string method, std::string path, std::string body = {}, const std::string& key = {},
                      std::set<GroupName> groups = {identity::everyGroup}) {
        return askAs({.subject = "supervisor", .role = identity::Role::supervisor, .groups = std::move(groups)},
                     std::move(method), std::move(path), std::move(body), key);
    }
    api::Response askAs(identity::Identity who, std::string method, std::string path, std::string body = {},
                        const std::string& key = {}, std::map<std::string, std::string> query = {},
                        const std::string& ifMatch = {}) {
        auto answered = std::make_shared<std::promise<api::Response>>();
        api::Request request;
        request.method = std::move(method);
        request.path = std::move(path);
        request.query = std::move(query);
        request.body = api::Body::ofText(body);
        request.headers = {{"content-type", "application/json"}};
        if (!key.empty()) request.headers["idempotency-key"] = key;
        if (!ifMatch.empty()) request.headers["if-match"] = ifMatch;
        request.requestId = "request-7";
        request.identity = std::move(who);
        request.later = [](auto, auto) { return api::Timer(); };
        api::handle(services.context, std::move(request),
                    [answered](api::Response response) { answered->set_value(std::move(response)); });
        return answered->get_future().get();
    }
    // Lets the switch answer the oldest open command with `code`; 0: it is done, and its event is told.
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

inline SessionState wanted(ScriptedTelephony& acd) {
    REQUIRE(acd.count() == 1);
    const auto asked = acd.take();
    const auto* set = std::get_if<telephony::SetSessionState>(&asked.command);
    REQUIRE(set);
    return set->state;
}

}  // namespace deskline::events
