#include "telephony/tapi3/tapi3_telephony.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>

#include <lmcons.h>

#include "model/id.hpp"
#include "source/keyed_executor.hpp"
#include "telephony/tapi3/connection.hpp"

namespace deskline::telephony {
namespace {

std::string windowsUser() {
    wchar_t name[UNLEN + 1];
    DWORD length = UNLEN + 1;
    return GetUserNameW(name, &length) && length > 1 ? com::toUtf8({name, length - 1}) : std::string();
}

constexpr std::chrono::seconds beatEvery(5);
constexpr std::size_t detailsAtATime = 16;

}  // namespace

struct Tapi3Telephony::State : std::enable_shared_from_this<Tapi3Telephony::State> {
    explicit State(Tapi3Options o) : options(std::move(o)), executor(options.callsInFlight, com::enterApartment) {}

    Tapi3Options options;
    source::Report report;
    source::KeyedExecutor executor;
    // Of their own, since all threads of the commands may be inside calls that hang.
    source::KeyedExecutor details{detailsAtATime, com::enterApartment}, heartbeat{1, com::enterApartment};
    std::unique_ptr<source::Recovery> recovery;
    std::mutex mutex;
    std::shared_ptr<Connection> connection;  // a call in flight keeps the connection that it began with
    Credentials credentials;
    bool readingFigures = false, beating = false, stopping = false;
    std::condition_variable wake;  // of the heart
    std::thread heart;

    std::shared_ptr<Connection> current() {
        const std::lock_guard lock(mutex);
        return connection;
    }

    void signInWaiting(const HandlerName& handler) {
        for (auto& [agent, credential] : credentials.due(handler)) {
            SignIn command{handler, agent, credential.asUser ? std::nullopt : std::optional(credential.pin)};
            auto key = laneOf(command), what = describe(command);
            executor.post(key, "", std::move(what),
                          [self = shared_from_this(), command = std::move(command)] { self->signInAgain(command); });
        }
    }

    void signInAgain(const SignIn& command) {
        const auto tapi = current();
        if (tapi && credentials.waits(command.agent)) {  // else it signed in or out meanwhile
            const auto done = check(*tapi, carryOut(*tapi, command));
            const bool refused =
                !done && (done.error().slug == Slug("wrong-pin") || done.error().slug == Slug("agent-unknown"));
            if (refused) credentials.forget(command.agent);
            if (!done)
                spdlog::warn("agent {} could not be signed in again{}: {}", command.agent,
                             refused ? "" : ", it is tried once more", done.error().detail);
        }
        credentials.tried(command.agent);
    }

    // A service that dies without a word is noticed although nobody calls it.
    void beat() {
        std::unique_lock lock(mutex);
        while (!wake.wait_for(lock, beatEvery, [this] { return stopping; })) {
            if (!connection || std::exchange(beating, true)) continue;
            heartbeat.post("heartbeat", "", "heartbeat", [self = shared_from_this()] {
                if (const auto tapi = self->current()) {
                    tapi->beat();
                    for (const auto& handler : tapi->inventory().handlers()) self->signInWaiting(handler.name);
                }
                const std::lock_guard done(self->mutex);
                self->beating = false;
            });
        }
    }

    // Calls may be inside the former connection for two minutes yet: whoever lets go of it last closes it.
    void part(std::shared_ptr<Connection> old) {
        old->disconnect();
        details.post("closing", "", "end of the former connection", [old = std::move(old)] { old->joinEvents(); });
    }

    Result<void> rebuild() {
        std::shared_ptr<Connection> old;
        {
            const std::lock_guard lock(mutex);
            old = std::move(connection);
        }
        if (old) part(std::move(old));
        auto fresh = std::make_shared<Connection>(
            report,
            Connection::Told{
                .lost = [this](const Fault& cause) { recovery->lost(cause); },
                .gone = [this](const AgentId& agent, const HandlerName& handler) { credentials.wait(agent, handler); },
                .back = [this](const HandlerName& handler) { signInWaiting(handler); },
                .post = [this](const std::string& lane,
                               Details::Work run) { details.post(lane, "", "reading of " + lane, std::move(run)); }},
            options.handler);
        const auto known = credentials.all();
        auto inventory = fresh->build(known);
        if (!inventory) return inventory.error();
        for (const auto& [agent, credential] : known)
            fresh->inventory().agent(agent) ? credentials.signedIn(agent, credential)
                                            : credentials.wait(agent, credential);  // or its handler is not there yet
        {
            const std::lock_guard lock(mutex);
            connection = fresh;
        }
        report({SourceConnected{Source::telephony, fresh->inventory().capabilities()}});
        report({std::move(*inventory)});
        fresh->listen();
        return {};
    }

    // A loss that a call into the former connection finds is not that of the present one.
    Result<Outcome> check(const Connection& tapi, Result<Outcome> outcome) {
        if (outcome.has_error() && source::meansLoss(outcome.error()) && current().get() == &tapi)
            recovery->lost(outcome.error());
        return outcome;
    }

    Result<Outcome> carryOut(Connection& tapi, const SignIn& command) {
        Credential credential{command.handler, command.pin.value_or(""), false};
        credential.asUser = !command.pin && _stricmp(command.agent.c_str(), windowsUser().c_str()) == 0;
        // Each CreateAgentWithID makes a handle at the agent proxy, for which there is no release: an agent who is
        // there is created again only to have another PIN verified.
        if (tapi.inventory().agent(command.agent) && credentials.signedInWith(command.agent, credential))
            return Outcome{command.agent, false, false};
        const auto fresh = tapi.signIn(command.agent, credential);
        if (!fresh) return fresh.error();
        if (current().get() != &tapi) {
            credentials.wait(command.agent, credential);
            return Fault{"source-restarting", "TAPI was lost while the agent was signed in; it is done again."};
        }
        credentials.signedIn(command.agent, credential);
        if (!*fresh) return Outcome{command.agent, false, false};
        auto agent = tapi.signedIn(command.agent);
        if (!agent) {
            credentials.wait(command.agent, credential);
            return Fault{"resource-unavailable", "The agent handler of agent " + command.agent +
                                                     " went away; it is signed in when that is back."};
        }
        report({AgentChanged{command.agent, AgentEvent::signed_in, std::move(*agent)}});
        tapi.announceSessionsOf(command.agent);
        if (!tapi.inventory().agent(command.agent))
            report({AgentChanged{command.agent, AgentEvent::signed_out}});  // it went with its handler meanwhile
        return Outcome{command.agent, true};
    }

    Result<Outcome> carryOut(Connection& tapi, const SignOut& command) {
        if (const auto out = tapi.signOut(command.agent); !out) return out.error();
        credentials.forget(command.agent);
        report({AgentChanged{command.agent, AgentEvent::signed_out}});
        return Outcome{command.agent};
    }

    Result<Outcome> carryOut(Connection& tapi, const SetAgentState& command) {
        const auto agent = tapi.inventory().agent(command.agent);
        if (!agent) return Fault{"agent-unknown", "Agent " + command.agent + " is not signed in here."};
        if (const HRESULT code = agent->put_State(toTapi(command.state)); FAILED(code))
            return com::failed(code, "ITAgent::put_State");
        return Outcome{command.agent};
    }

    Result<Outcome> carryOut(Connection& tapi, const CreateSession& command) {
        const auto session = tapi.createSession(command.agent, command.acdGroup, command.address, command.pin);
        if (!session) return session.error();
        return Outcome{*session, true};
    }

    Result<Outcome> carryOut(Connection& tapi, const SetSessionState& command) {
        const auto session = tapi.inventory().session(command.session);
        if (!session) {
            if (tapi.inventory().ended(command.session))
                return com::failed(static_cast<HRESULT>(hresult("LINEERR_INVALAGENTSESSIONSTATE")),
                                   "The session has ended; ITAgentSession::put_State");
            return Fault{"not-found", "There is no such session."};
        }
        const HRESULT code = session->put_State(toTapi(command.state));
        if (SUCCEEDED(code)) return Outcome{command.session};
        auto fault = com::failed(code, "ITAgentSession::put_State");
        if (fault.outcomeUnknown) {  // read it again; nothing is retried by itself
            AGENT_SESSION_STATE state{};
            if (SUCCEEDED(session->get_State(&state))) report({SessionRead{command.session, fromTapi(state)}});
        }
        return fault;
    }

    Result<Outcome> carryOut(Connection& tapi, const ReadSession& command) {
        const auto session = tapi.inventory().session(command.session);
        if (!session) return Fault{"not-found", "There is no such session."};
        AGENT_SESSION_STATE state{};
        if (const HRESULT code = session->get_State(&state); FAILED(code))
            return com::failed(code, "ITAgentSession::get_State");
        report({SessionRead{command.session, fromTapi(state)}});
        return Outcome{command.session, false, false};
    }
};

Tapi3Telephony::Tapi3Telephony(Tapi3Options options) : state_(std::make_shared<State>(std::move(options))) {}
Tapi3Telephony::~Tapi3Telephony() { stop(std::chrono::milliseconds(0)); }

void Tapi3Telephony::start(source::Report report) {
    state_->report = std::move(report);
    state_->recovery = std::make_unique<source::Recovery>(
        Source::telephony, state_->report, [state = state_.get()] { return state->rebuild(); }, com::enterApartment,
        state_->options.backoff);
    state_->recovery->start();
    state_->heart = std::thread([state = state_] { state->beat(); });
}

void Tapi3Telephony::perform(Command command, std::string owner, Completion completion) {
    if (!state_->recovery->connected()) return completion(state_->recovery->fault());
    auto key = laneOf(command);
    auto what = describe(command);
    state_->executor.post(
        key, owner, std::move(what),
        [state = state_, command = std::move(command), completion = std::move(completion)] {
            const auto connection = state->current();
            if (!connection || !state->recovery->connected()) return completion(state->recovery->fault());
            completion(state->check(
                *connection, std::visit([&](const auto& c) { return state->carryOut(*connection, c); }, command)));
        });
}

void Tapi3Telephony::readStatistics() {
    {
        const std::lock_guard lock(state_->mutex);
        if (!state_->connection || std::exchange(state_->readingFigures, true)) return;
    }
    state_->executor.post("figures", "", "reading of figures", [state = state_] {
        if (const auto connection = state->current()) state->report({connection->readFigures()});
        const std::lock_guard lock(state->mutex);
        state->readingFigures = false;
    });
}

std::vector<std::string> Tapi3Telephony::stop(std::chrono::milliseconds patience) {
    if (!state_->recovery) return {};
    {
        const std::lock_guard lock(state_->mutex);
        state_->stopping = true;
    }
    state_->wake.notify_all();
    if (state_->heart.joinable()) state_->heart.join();
    state_->recovery->stop();
    auto left = state_->executor.stop(patience);
    for (auto* executor : {&state_->details, &state_->heartbeat})
        std::ranges::move(executor->stop(std::chrono::milliseconds(500)), std::back_inserter(left));
    std::shared_ptr<Connection> connection;
    {
        const std::lock_guard lock(state_->mutex);
        connection = std::move(state_->connection);
    }
    if (connection && left.empty()) {  // with calls still inside, closing would wait for them
        std::thread([&connection] {
            const auto apartment = com::enterApartment();
            connection->close();
            connection.reset();
        }).join();
    } else if (connection) {
        connection->disconnect();
        new std::shared_ptr<Connection>(std::move(connection));  // left to the end of the process, on purpose
    }
    return left;
}

}  // namespace deskline::telephony
