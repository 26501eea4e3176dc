#include "telephony/tapi3/tapi3_telephony.hpp"

#include <spdlog/spdlog.h>

#include <lmcons.h>

#include "source/keyed_executor.hpp"
#include "telephony/tapi3/connection.hpp"

namespace deskline::telephony {
namespace {

std::string windowsUser() {
    wchar_t name[UNLEN + 1];
    DWORD length = UNLEN + 1;
    return GetUserNameW(name, &length) && length > 1 ? com::toUtf8({name, length - 1}) : std::string();
}

}  // namespace

struct Tapi3Telephony::State : std::enable_shared_from_this<Tapi3Telephony::State> {
    explicit State(Tapi3Options o) : options(std::move(o)), executor(options.callsInFlight, com::enterApartment) {}

    Tapi3Options options;
    source::Report report;
    source::KeyedExecutor executor;
    std::unique_ptr<source::Recovery> recovery;
    std::mutex mutex;
    std::shared_ptr<Connection> connection;  // a call in flight keeps the connection that it began with
    std::map<AgentId, Credential> agents;
    bool readingFigures = false;

    std::shared_ptr<Connection> current() {
        const std::lock_guard lock(mutex);
        return connection;
    }

    void forget(const AgentId& agent) {
        const std::lock_guard lock(mutex);
        agents.erase(agent);
    }

    Result<void> rebuild() {
        std::shared_ptr<Connection> old;
        std::map<AgentId, Credential> known;
        {
            const std::lock_guard lock(mutex);
            old = std::move(connection);
            known = agents;
        }
        if (old) old->close();
        old.reset();
        const auto lost = [this](const Fault& cause) { recovery->lost(cause); };
        const auto gone = [this](const AgentId& agent) { forget(agent); };
        auto fresh = std::make_shared<Connection>(report, lost, gone, options.handler);
        auto inventory = fresh->build(known);
        if (!inventory) return inventory.error();
        {
            const std::lock_guard lock(mutex);
            connection = fresh;
            for (auto agent = agents.begin(); agent != agents.end();)
                agent = fresh->inventory().agent(agent->first) ? std::next(agent) : agents.erase(agent);
        }
        report({SourceConnected{Source::telephony, fresh->inventory().capabilities()}});
        report({std::move(*inventory)});
        fresh->listen();
        return {};
    }

    Result<Outcome> check(Result<Outcome> outcome) {
        if (outcome.has_error() && source::meansLoss(outcome.error())) recovery->lost(outcome.error());
        return outcome;
    }

    Result<Outcome> carryOut(Connection& tapi, const SignIn& command) {
        Credential credential{command.handler, command.pin.value_or(""), false};
        credential.asUser = !command.pin && _stricmp(command.agent.c_str(), windowsUser().c_str()) == 0;
        const auto fresh = tapi.signIn(command.agent, credential);
        if (!fresh) return fresh.error();
        {
            const std::lock_guard lock(mutex);
            agents[command.agent] = credential;
        }
        if (!*fresh) return Outcome{command.agent, false, false};
        const auto object = tapi.inventory().agent(command.agent);
        if (!object) {
            forget(command.agent);
            return Fault{"resource-unavailable",
                         "The agent handler of agent " + command.agent + " went away meanwhile."};
        }
        auto agent = readAgent(object.Get(), tapi.inventory().handlerOf(command.agent));
        if (!agent) return agent.error();
        agent->id = command.agent;
        report({AgentChanged{command.agent, AgentEvent::signed_in, std::move(*agent)}});
        tapi.announceSessionsOf(command.agent);
        if (!tapi.inventory().agent(command.agent))
            report({AgentChanged{command.agent, AgentEvent::signed_out}});  // it went with its handler meanwhile
        return Outcome{command.agent, true};
    }

    Result<Outcome> carryOut(Connection& tapi, const SignOut& command) {
        tapi.signOut(command.agent);
        forget(command.agent);
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
}

void Tapi3Telephony::perform(Command command, std::string owner, Completion completion) {
    if (!state_->recovery->connected()) return completion(state_->recovery->fault());
    auto key = laneOf(command);
    auto what = describe(command);
    state_->executor.post(key, owner, std::move(what),
                          [state = state_, command = std::move(command), completion = std::move(completion)] {
                              const auto connection = state->current();
                              if (!connection || !state->recovery->connected())
                                  return completion(state->recovery->fault());
                              completion(state->check(
                                  std::visit([&](const auto& c) { return state->carryOut(*connection, c); }, command)));
                          });
}

void Tapi3Telephony::readStatistics() {
    {
        const std::lock_guard lock(state_->mutex);
        if (!state_->connection || std::exchange(state_->readingFigures, true)) return;
    }
    state_->executor.post("figures", "", "reading of figures", [state = state_] {
        if (const auto connection = state->current()) state->report({connection->readAllStatistics()});
        const std::lock_guard lock(state->mutex);
        state->readingFigures = false;
    });
}

std::vector<std::string> Tapi3Telephony::stop(std::chrono::milliseconds patience) {
    if (!state_->recovery) return {};
    state_->recovery->stop();
    auto left = state_->executor.stop(patience);
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
        new std::shared_ptr<Connection>(std::move(connection));  // left to the end of the process, on purpose
    }
    return left;
}

}  // namespace deskline::telephony
