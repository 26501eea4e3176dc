#include "telephony/simulated/simulated_telephony.hpp"

#include <algorithm>

namespace deskline::telephony {
namespace {

using simulation::Code;

// The name of the item that has this name or this id; null: none has. The name lives as long as the list.
const std::string* findByNameOrId(const auto& list, const std::string& wanted) {
    for (const auto& item : list)
        if (item.name == wanted || item.id == wanted) return &item.name;
    return nullptr;
}

}  // namespace

SimulatedTelephony::SimulatedTelephony(SimulatedOptions options)
    : options_(options), acd_(options_.acd, now()), executor_(options_.callsInFlight) {}

SimulatedTelephony::~SimulatedTelephony() { stop(std::chrono::milliseconds(0)); }

void SimulatedTelephony::start(source::Report report) {
    report_ = std::move(report);
    acd_.listen([this](const simulation::SwitchEvent& event) { happened(event); });
    recovery_ = std::make_unique<source::Recovery>(
        Source::telephony, report_, [this] { return rebuild(); }, source::Apartment{}, options_.backoff);
    if (options_.consolePort)
        console_ = std::make_unique<simulation::Console>(
            options_.consolePort,
            [this](const boost::json::object& request) { return simulation::control(acd_, request); });
    recovery_->start();
    driver_ = std::make_unique<simulation::Driver>(acd_);
}

std::vector<std::string> SimulatedTelephony::stop(std::chrono::milliseconds patience) {
    if (recovery_) recovery_->stop();
    console_.reset();
    driver_.reset();
    auto left = executor_.stop(patience);
    acd_.faults().clear();  // ends injected delays, so that no call stays inside the switch
    executor_.stop(std::chrono::seconds(1));
    acd_.listen({});
    return left;
}

Result<void> SimulatedTelephony::rebuild() {
    if (const Code code = acd_.faults().pass("EnumerateAgentHandlers", ""))
        return fromHresult(code, "EnumerateAgentHandlers");
    std::map<std::string, Secret> pins;
    {
        const std::lock_guard lock(mutex_);
        pins = pins_;
    }
    for (const auto& [agent, pin] : pins)
        if (acd_.signIn(agent, pin) != simulation::ok) {
            const std::lock_guard lock(mutex_);
            pins_.erase(agent);
        }
    TelephonyInventory inventory{.calls = acd_.calls()};
    inventory.of<Address>() = acd_.addresses();
    inventory.of<AgentHandler>() = acd_.handlers();
    inventory.of<AcdGroup>() = acd_.groups();
    inventory.of<Queue>() = acd_.queues();
    for (auto& agent : acd_.agents())
        if (known(agent.id)) inventory.agents.push_back(agent);
    for (auto& session : acd_.sessions())
        if (known(session.agent) && session.state != SessionState::session_ended) inventory.sessions.push_back(session);
    report_({SourceConnected{Source::telephony,
                             {{"agentSessions", true},
                              {"agentStatistics", true},
                              {"queues", true},
                              {"calls", true},
                              {"sessionPin", true}}}});
    report_({std::move(inventory)});
    return {};
}

bool SimulatedTelephony::known(const std::string& agent) const {
    const std::lock_guard lock(mutex_);
    return pins_.contains(agent);
}

void SimulatedTelephony::happened(const simulation::SwitchEvent& event) {
    if (!recovery_ || !recovery_->connected()) return;  // a lost source hears nothing; the next inventory has it
    const HandlerName handler(simulation::handlerName);
    std::visit(
        [&](const auto& e) {
            using E = std::decay_t<decltype(e)>;
            if constexpr (std::is_same_v<E, simulation::AgentHappened>) {
                if (known(e.agent.id)) report_({AgentChanged{e.agent.id, e.event, e.agent}});
            } else if constexpr (std::is_same_v<E, simulation::SessionHappened>) {
                report_({SessionChanged{e.session.id, e.event, e.session}});
            } else if constexpr (std::is_same_v<E, simulation::GroupHappened>) {
                const GroupName group(e.group);
                report_({ThingChanged<AcdGroup>{{groupId(handler, group), group, handler}, e.event}});
            } else if constexpr (std::is_same_v<E, simulation::QueueHappened>) {
                const GroupName group(e.queue);
                report_({ThingChanged<Queue>{{queueId(handler, group, e.queue), e.queue, group, {}}, e.event}});
            } else if constexpr (std::is_same_v<E, simulation::HandlerHappened>) {
                report_({ThingChanged<AgentHandler>{{handlerId(handler), handler}, e.event}});
            } else if constexpr (std::is_same_v<E, simulation::LineHappened>) {
                if (e.event) report_({ThingChanged{e.line, *e.event}});
            } else {
                report_({CallChanged{e.call, e.event}});
            }
        },
        event);
}

Fault SimulatedTelephony::failed(Code code, std::string_view what) {
    auto fault = fromHresult(code, what);
    if (meansSourceLost(code)) recovery_->lost(fault);
    return fault;
}

void SimulatedTelephony::perform(Command command, std::string owner, Completion completion) {
    if (!recovery_->connected()) return completion(recovery_->fault());
    auto key = laneOf(command);
    auto what = describe(command);
    executor_.post(key, owner, std::move(what),
                   [this, command = std::move(command), completion = std::move(completion)] {
                       if (!recovery_->connected()) return completion(recovery_->fault());
                       completion(std::visit([this](const auto& c) { return carryOut(c); }, command));
                   });
}

Result<Outcome> SimulatedTelephony::carryOut(const SignIn& command) {
    const auto handlers = acd_.handlers();
    if (!command.handler.empty() && !findByNameOrId(handlers, command.handler)) return noSuchHandler(command.handler);
    const bool created = !known(command.agent);
    if (const Code code = acd_.signIn(command.agent, command.pin.value_or("")))
        return failed(code, "ITAgentHandler::CreateAgentWithID");
    {
        const std::lock_guard lock(mutex_);
        pins_[command.agent] = command.pin.value_or("");
    }
    if (created) report_({AgentChanged{command.agent, AgentEvent::signed_in, acd_.agent(command.agent)}});
    return Outcome{command.agent, created, created};
}

Result<Outcome> SimulatedTelephony::carryOut(const SignOut& command) {
    acd_.signOut(command.agent);
    {
        const std::lock_guard lock(mutex_);
        pins_.erase(command.agent);
    }
    report_({AgentChanged{command.agent, AgentEvent::signed_out}});
    return Outcome{command.agent};
}

Result<Outcome> SimulatedTelephony::carryOut(const SetAgentState& command) {
    if (const Code code = acd_.setAgentState(command.agent, static_cast<int>(command.state)))
        return failed(code, "ITAgent::put_State");
    return Outcome{command.agent};
}

Result<Outcome> SimulatedTelephony::carryOut(const CreateSession& command) {
    const auto addresses = acd_.addresses();
    const auto* address = findByNameOrId(addresses, command.address);
    if (!address) return noSuchAddress(command.address);
    const auto groups = acd_.groups();
    const auto* group = findByNameOrId(groups, command.acdGroup);
    std::string session;
    const auto& wanted = group ? *group : command.acdGroup;
    if (const Code code =
            acd_.createSession(command.agent, wanted, *address, command.pin ? &*command.pin : nullptr, session))
        return failed(code, command.pin ? "ITAgent::CreateSessionWithPIN" : "ITAgent::CreateSession");
    return Outcome{session, true};
}

Result<Outcome> SimulatedTelephony::carryOut(const SetSessionState& command) {
    if (const Code code = acd_.setSessionState(command.session, static_cast<int>(command.state))) {
        if (code == hresult("TAPI_E_TIMEOUT")) {  // nobody knows whether it was carried out: read the state again
            if (const auto session = acd_.session(command.session))
                report_({SessionRead{command.session, session->state}});
        }
        return failed(code, "ITAgentSession::put_State");
    }
    return Outcome{command.session};
}

Result<Outcome> SimulatedTelephony::carryOut(const ReadSession& command) {
    const auto session = acd_.session(command.session);
    if (!session) return Fault{"not-found", "There is no such session."};
    report_({SessionRead{command.session, session->state}});
    return Outcome{command.session, false, false};
}

void SimulatedTelephony::readStatistics() {
    if (!recovery_->connected()) return;
    StatisticsRead figures;
    for (auto& agent : acd_.agents()) figures.agents[agent.id] = agent.statistics;
    for (auto& session : acd_.sessions()) figures.sessions[session.id] = session.statistics;
    for (auto& queue : acd_.queues()) figures.queues[queue.id] = queue.statistics;
    report_({std::move(figures)});
}

}  // namespace deskline::telephony
