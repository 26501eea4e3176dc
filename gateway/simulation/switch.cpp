// Commands, and what is injected from outside; what there is, with its statistics, is in switch_views.cpp, the calls in
// traffic.cpp.
#include "simulation/switch.hpp"

#include <algorithm>

#include "simulation/codes.hpp"
#include "simulation/rows.hpp"

namespace deskline::simulation {

Switch::Switch(SwitchOptions options, Time start) : options_(options), now_(start), random_(options.seed) {
    for (int number = 1001; number <= 1000 + options.agents; ++number) {
        const auto id = std::to_string(number);
        agents_[id] = AgentRow{.id = id, .pin = id, .user = "SIMULATED\\agent" + id};
        lines_.push_back({.name = "Line " + std::to_string(number - 1000)});
    }
    for (const char* name : {"Sales", "Support", "Billing"}) {
        queues_[name] = QueueRow{.name = name};
        scheduleArrival(name);
    }
}

Switch::~Switch() = default;

void Switch::listen(Listener listener) {
    const std::lock_guard lock(mutex_);
    listener_ = std::move(listener);
}

void Switch::emit(const SwitchEvent& event) {
    if (listener_) listener_(event);
}

void Switch::at(Time when, std::function<void()> what) { schedule_.emplace(when, std::move(what)); }

void Switch::advance(Time to) {
    const std::lock_guard lock(mutex_);
    while (!schedule_.empty() && schedule_.begin()->first <= to) {
        auto next = schedule_.extract(schedule_.begin());
        now_ = std::max(now_, next.key());
        next.mapped()();
    }
    now_ = std::max(now_, to);
}

Code Switch::signIn(const std::string& agent, const std::string& pin) {
    if (const Code code = faults_.pass("CreateAgentWithID", agent)) return code;
    const std::lock_guard lock(mutex_);
    const auto row = agents_.find(agent);
    if (row == agents_.end() || !row->second.hasId) return invalidAgentId;
    if (row->second.pin != pin) return invalidPassword;
    if (!row->second.signedIn) {
        row->second.signedIn = true;
        row->second.state = AgentState::not_ready;
        row->second.since = now_;
        emit(AgentHappened{view(row->second), AgentEvent::not_ready});
    }
    return ok;
}

Code Switch::signInUser(const std::string& user, std::string& agent) {
    if (const Code code = faults_.pass("CreateAgent", user)) return code;
    const std::lock_guard lock(mutex_);
    auto& row = agents_[user];
    agent = user;
    if (!row.signedIn) {
        row.id = row.user = user;
        row.hasId = false;
        row.signedIn = true;
        row.since = now_;
        emit(AgentHappened{view(row), AgentEvent::not_ready});
    }
    return ok;
}

void Switch::signOut(const std::string& agent) {
    const std::lock_guard lock(mutex_);
    const auto row = agents_.find(agent);
    if (row == agents_.end() || !row->second.signedIn) return;
    for (auto& id : row->second.sessions) {
        auto& session = sessions_.at(id);
        if (session.state == SessionState::session_ended) continue;
        leaveCall(session);
        enter(session, SessionState::session_ended);
    }
    for (auto& id : row->second.sessions) sessions_.erase(id);
    row->second.sessions.clear();
    row->second.signedIn = false;
}

Code Switch::setAgentState(const std::string& agent, int state) {
    if (const Code code = faults_.pass("ITAgent::put_State", agent)) return code;
    const std::lock_guard lock(mutex_);
    const auto row = agents_.find(agent);
    if (row == agents_.end() || !row->second.signedIn) return invalidAgentId;
    if (state < 0 || state > static_cast<int>(AgentState::unknown)) return invalidArgument;
    const auto wanted = static_cast<AgentState>(state);
    if (wanted != AgentState::not_ready && wanted != AgentState::ready)
        return invalidAgentState;  // only the switch says busy
    for (auto& id : row->second.sessions)
        if (sessions_.at(id).state == SessionState::busy_on_call) return invalidAgentState;
    row->second.state = wanted;
    row->second.since = now_;
    emit(AgentHappened{view(row->second), wanted == AgentState::ready ? AgentEvent::ready : AgentEvent::not_ready});
    return ok;
}

Code Switch::createSession(const std::string& agent, const std::string& group, const std::string& address,
                           const std::string* pin, std::string& session) {
    if (const Code code = faults_.pass(pin ? "CreateSessionWithPIN" : "CreateSession", agent)) return code;
    const std::lock_guard lock(mutex_);
    const auto row = agents_.find(agent);
    if (row == agents_.end() || !row->second.signedIn) return invalidAgentId;
    if (pin && !row->second.hasId) return agentHasNoId;
    if (pin && *pin != row->second.pin) return invalidPassword;
    const auto queue = queues_.find(group);
    if (queue == queues_.end()) return invalidGroup;
    if (queue->second.groupRemoved) return groupIsRemoved;
    auto startedAt = now_;  // made unique, since the session's id is made of it
    const auto id = [&] {
        return sessionId(HandlerName(handlerName), AgentId(agent), GroupName(group), AddressName(address), startedAt);
    };
    while (sessions_.contains(id())) startedAt += std::chrono::milliseconds(1);
    session = id();
    sessions_[session] = SessionRow{
        .id = session, .agent = agent, .group = group, .address = address, .since = now_, .startedAt = startedAt};
    row->second.sessions.push_back(session);
    emit(SessionHappened{view(sessions_.at(session)), SessionEvent::new_session});
    return ok;
}

Code Switch::setSessionState(const std::string& id, int state) {
    if (const Code code = faults_.pass("put_State", id)) return code;
    const std::lock_guard lock(mutex_);
    const auto row = sessions_.find(id);
    if (row == sessions_.end()) return invalidSessionState;
    auto& session = row->second;
    if (state < 0 || state > static_cast<int>(SessionState::session_ended)) return invalidArgument;
    const auto wanted = static_cast<SessionState>(state);
    if (session.state == SessionState::session_ended) return invalidSessionState;
    if (wanted == SessionState::busy_on_call) return invalidSessionState;  // only a call makes busy
    if (wanted == SessionState::ready && session.state == SessionState::busy_on_call) return invalidSessionState;
    if (wanted == SessionState::busy_wrapup && session.state != SessionState::busy_on_call &&
        session.state != SessionState::busy_wrapup)
        return invalidSessionState;
    if (wanted != SessionState::ready) leaveCall(session);
    enter(session, wanted, true);
    if (wanted == SessionState::ready) distribute();
    return ok;
}

Code Switch::setMeasurementPeriod(const std::string& agentOrQueue, Seconds period) {
    if (const Code code = faults_.pass("put_MeasurementPeriod", agentOrQueue)) return code;
    const std::lock_guard lock(mutex_);
    if (period <= 0) return invalidArgument;
    if (const auto agent = agents_.find(agentOrQueue); agent != agents_.end())
        agent->second.period = period;
    else if (const auto queue = queues_.find(agentOrQueue); queue != queues_.end()) {
        if (queue->second.removed) return queueIsRemoved;
        queue->second.period = period;
    } else
        return invalidArgument;
    return ok;
}

// Changes a session's state: books the time in the state that it leaves, emits the event of the one that it enters.
void Switch::enter(SessionRow& session, SessionState state, bool always) {
    if (session.state == state && !always) return;
    if (session.state == SessionState::busy_wrapup && state != SessionState::busy_wrapup) {
        const auto wrapUp = seconds(session.since, now_);
        session.wrapUp += wrapUp;
        if (auto& finished = agents_.at(session.agent).finished; !finished.empty()) finished.back().wrapUp += wrapUp;
    }
    if (session.state != state) {
        session.state = state;
        session.since = now_;
        ++session.generation;
        std::erase(order_, session.id);
        if (state == SessionState::ready) order_.push_back(session.id);
    }
    if (state == SessionState::session_ended) session.endedAt = now_;
    using enum SessionState;
    const auto event = state == not_ready      ? SessionEvent::not_ready
                       : state == ready        ? SessionEvent::ready
                       : state == busy_on_call ? SessionEvent::busy
                       : state == busy_wrapup  ? SessionEvent::wrapup
                                               : SessionEvent::end;
    emit(SessionHappened{view(session), event});
    updateAgent(agents_.at(session.agent));
}

// An agent is busy while one of its sessions is; AS_BUSY_ACD is never set by anybody else.
void Switch::updateAgent(AgentRow& agent) {
    const bool busy = std::ranges::any_of(
        agent.sessions, [&](auto& id) { return sessions_.at(id).state == SessionState::busy_on_call; });
    const bool wasBusy = agent.state == AgentState::busy_acd;
    if (busy == wasBusy) return;
    const bool ready =
        std::ranges::any_of(agent.sessions, [&](auto& id) { return sessions_.at(id).state == SessionState::ready; });
    agent.state = busy ? AgentState::busy_acd : ready ? AgentState::ready : AgentState::not_ready;
    agent.since = now_;
    emit(AgentHappened{view(agent), busy ? AgentEvent::busy_acd : ready ? AgentEvent::ready : AgentEvent::not_ready});
}

void Switch::removeGroup(const std::string& name) {
    removeQueue(name);
    const std::lock_guard lock(mutex_);
    const auto row = queues_.find(name);
    if (row == queues_.end() || row->second.groupRemoved) return;
    row->second.groupRemoved = true;
    emit(GroupHappened{name, InventoryEvent::removed});
}

void Switch::removeQueue(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto row = queues_.find(name);
    if (row == queues_.end() || row->second.removed) return;
    for (auto& id : row->second.waiting) calls_.erase(id);
    row->second.waiting.clear();
    row->second.removed = true;
    emit(QueueHappened{name, InventoryEvent::removed});
}

void Switch::addGroup(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (const auto row = queues_.find(name); row != queues_.end() && !row->second.groupRemoved) return;
    queues_[name] = QueueRow{.name = name};
    emit(GroupHappened{name, InventoryEvent::added});
    emit(QueueHappened{name, InventoryEvent::added});
    scheduleArrival(name);
}

void Switch::setPin(const std::string& agent, const std::string& pin) {
    const std::lock_guard lock(mutex_);
    if (const auto row = agents_.find(agent); row != agents_.end()) row->second.pin = pin;
}

void Switch::removeHandler(bool removed) {
    const std::lock_guard lock(mutex_);
    if (handlerRemoved_ == removed) return;
    handlerRemoved_ = removed;
    emit(HandlerHappened{removed ? InventoryEvent::removed : InventoryEvent::added});
    for (const auto& row : lines_)
        if (!row.removed) emit(LineHappened{view(row), AddressEvent::handler});
}

LineRow* Switch::line(const std::string& name) {
    const auto row = std::ranges::find(lines_, name, &LineRow::name);
    return row == lines_.end() ? nullptr : &*row;
}

void Switch::removeLine(const std::string& name, bool removed) {
    const std::lock_guard lock(mutex_);
    auto* row = line(name);
    if (!row || row->removed == removed) return;
    row->removed = removed;
    emit(LineHappened{view(*row), removed ? AddressEvent::removed : AddressEvent::added});
}

void Switch::setLineState(const std::string& name, AddressState state) {
    const std::lock_guard lock(mutex_);
    auto* row = line(name);
    if (!row || row->removed || std::exchange(row->state, state) == state) return;
    emit(LineHappened{view(*row), AddressEvent::state});
}

void Switch::closeLine(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (const auto* row = line(name); row && !row->removed) emit(LineHappened{view(*row), std::nullopt});
}

void Switch::forget() {
    const std::lock_guard lock(mutex_);
    for (auto& [id, agent] : agents_) {
        agent.signedIn = false;
        agent.sessions.clear();
    }
    sessions_.clear();
    order_.clear();
    for (auto entry = calls_.begin(); entry != calls_.end();) {
        auto here = entry++;
        if (here->second.address.empty()) continue;
        auto call = std::move(calls_.extract(here).mapped());
        call.state = CallState::disconnected;
        call.cause = CallCause::unknown;
        call.since = now_;
        emit(CallHappened{view(call), CallEvent::state});
    }
}

void Switch::burst(std::size_t events) {
    const std::lock_guard lock(mutex_);
    std::vector<SessionRow*> open;
    for (auto& [id, row] : sessions_)
        if (row.state != SessionState::session_ended) open.push_back(&row);
    for (std::size_t i = 0; i < events && !open.empty(); ++i) {
        auto& session = *open[i % open.size()];
        enter(session, session.state == SessionState::ready ? SessionState::not_ready : SessionState::ready);
    }
}

void Switch::arrive(const std::string& group) {
    const std::lock_guard lock(mutex_);
    newCall(group);
}

}  // namespace deskline::simulation
