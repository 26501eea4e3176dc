// What there is at the switch now, with the statistics that TAPI 3 exposes, computed from what has happened.
#include <algorithm>

#include "simulation/rows.hpp"
#include "simulation/switch.hpp"

namespace deskline::simulation {

AgentSession Switch::view(const SessionRow& row) const {
    AgentSession session{.id = SessionId(row.id),
                         .agent = AgentId(row.agent),
                         .acdGroup = GroupName(row.group),
                         .address = AddressName(row.address),
                         .state = row.state,
                         .since = row.since,
                         .startedAt = row.startedAt};
    session.allowedStates = allowedStates(row.state);
    const auto talking = row.state == SessionState::busy_on_call ? seconds(row.since, now_) : 0;
    const auto wrapping = row.state == SessionState::busy_wrapup ? seconds(row.since, now_) : 0;
    auto& figures = session.statistics;
    figures.durationSeconds = seconds(row.startedAt, row.endedAt.value_or(now_));
    figures.calls = row.calls;
    figures.talkSeconds = row.talk + talking;
    figures.wrapUpSeconds = row.wrapUp + wrapping;
    figures.callSeconds = figures.talkSeconds + figures.wrapUpSeconds;
    figures.averageTalkSeconds = average(figures.talkSeconds, row.calls);
    figures.averageWrapUpSeconds = average(figures.wrapUpSeconds, row.calls);
    figures.averageCallSeconds = average(figures.callSeconds, row.calls);
    figures.callsPerHour = perHour(row.calls, figures.durationSeconds);
    figures.longestAnswerSeconds = row.longestAnswer;
    figures.averageAnswerSeconds = average(row.totalAnswer, row.calls);
    return session;
}

Agent Switch::view(const AgentRow& row) const {
    Agent agent{.id = AgentId(row.id),
                .user = row.user,
                .handler = HandlerName(handlerName),
                .state = row.state,
                .since = row.since,
                .sessions = {}};
    for (const auto& session : row.sessions) agent.sessions.emplace_back(session);
    auto& figures = agent.statistics;
    figures.measurementPeriodSeconds = row.period;
    for (const auto& call : row.finished) {
        if (seconds(call.at, now_) > row.period) continue;
        ++figures.acdCalls;
        figures.acdTalkSeconds += call.talk;
        figures.wrapUpSeconds += call.wrapUp;
    }
    figures.acdCallSeconds = figures.acdTalkSeconds + figures.wrapUpSeconds;
    figures.callsPerHour = perHour(figures.acdCalls, row.period);
    return agent;
}

Queue Switch::view(const QueueRow& row) const {
    const GroupName group(row.name);  // of the queue's own name
    Queue queue{.id = queueId(HandlerName(handlerName), group, row.name), .name = row.name, .acdGroup = group};
    auto& figures = queue.statistics;
    figures = {.queued = row.queued,
               .waiting = static_cast<std::int64_t>(row.waiting.size()),
               .abandoned = row.abandoned,
               .flowedIn = row.flowedIn,
               .flowedOut = row.flowedOut,
               .longestEverWaitSeconds = row.longestEver,
               .averageWaitSeconds = average(row.totalWait, row.answered),
               .finalDisposition = row.finalDisposition,
               .measurementPeriodSeconds = row.period};
    for (auto& id : row.waiting)
        figures.longestWaitSeconds = std::max(figures.longestWaitSeconds, seconds(calls_.at(id).queuedAt, now_));
    figures.longestEverWaitSeconds = std::max(figures.longestEverWaitSeconds, figures.longestWaitSeconds);
    return queue;
}

Call Switch::view(const CallRow& row) const {
    Call call{.id = CallId(row.id),
              .address = AddressName(row.address),
              .direction = CallDirection::incoming,
              .state = row.state,
              .caller = row.caller,
              .called = row.called,
              .cause = row.cause,
              .since = row.since};
    if (!row.session.empty()) call.session = SessionId(row.session);
    return call;
}

std::vector<AgentHandler> Switch::handlers() const {
    const std::lock_guard lock(mutex_);
    if (handlerRemoved_) return {};
    const HandlerName handler(handlerName);
    return {{handlerId(handler), handler}};
}

std::vector<AcdGroup> Switch::groups() const {
    const std::lock_guard lock(mutex_);
    const HandlerName handler(handlerName);
    std::vector<AcdGroup> groups;
    for (auto& [name, row] : queues_)
        if (!row.groupRemoved) groups.push_back({groupId(handler, GroupName(name)), GroupName(name), handler});
    return groups;
}

std::vector<Queue> Switch::queues() const {
    const std::lock_guard lock(mutex_);
    std::vector<Queue> queues;
    for (auto& [name, row] : queues_)
        if (!row.removed) queues.push_back(view(row));
    return queues;
}

std::vector<Address> Switch::addresses() const {
    const std::lock_guard lock(mutex_);
    std::vector<Address> addresses;
    for (const auto& row : lines_)
        if (!row.removed) addresses.push_back(view(row));
    return addresses;
}

std::optional<Address> Switch::address(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto row = std::ranges::find(lines_, name, &LineRow::name);
    return row == lines_.end() || row->removed ? std::nullopt : std::optional(view(*row));
}

Address Switch::view(const LineRow& row) const {
    const AddressName name(row.name);
    return {.id = addressId(providerName, name),
            .name = name,
            .handler = handlerRemoved_ ? HandlerName() : HandlerName(handlerName),
            .state = row.state,
            .dialableAddress = "+49305551" + row.name.substr(row.name.find(' ') + 1),
            .provider = std::string(providerName)};
}

std::vector<Agent> Switch::agents() const {
    const std::lock_guard lock(mutex_);
    std::vector<Agent> agents;
    for (auto& [id, row] : agents_)
        if (row.signedIn) agents.push_back(view(row));
    return agents;
}

std::vector<AgentSession> Switch::sessions() const {
    const std::lock_guard lock(mutex_);
    std::vector<AgentSession> sessions;
    for (auto& [id, row] : sessions_) sessions.push_back(view(row));
    return sessions;
}

std::vector<Call> Switch::calls() const {
    const std::lock_guard lock(mutex_);
    std::vector<Call> calls;
    for (auto& [id, row] : calls_)
        if (!row.address.empty()) calls.push_back(view(row));
    return calls;
}

std::optional<Agent> Switch::agent(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto row = agents_.find(id);
    return row == agents_.end() ? std::nullopt : std::optional(view(row->second));
}

std::optional<AgentSession> Switch::session(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto row = sessions_.find(id);
    return row == sessions_.end() ? std::nullopt : std::optional(view(row->second));
}

std::optional<Queue> Switch::queue(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto row = queues_.find(name);
    return row == queues_.end() ? std::nullopt : std::optional(view(row->second));
}

std::optional<Call> Switch::call(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto row = calls_.find(id);
    return row == calls_.end() ? std::nullopt : std::optional(view(row->second));
}

bool Switch::groupRemoved(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto row = queues_.find(name);
    return row == queues_.end() || row->second.groupRemoved;
}

bool Switch::queueRemoved(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto row = queues_.find(name);
    return row == queues_.end() || row->second.removed;
}

}  // namespace deskline::simulation
