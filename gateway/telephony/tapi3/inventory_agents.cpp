// Agents and their sessions.
#include <algorithm>

#include "model/id.hpp"
#include "telephony/tapi3/inventory.hpp"

namespace deskline::telephony {

Inventory::Added Inventory::add(const AgentId& id, AgentEntry agent, const ComPtr<ITAgentHandler>& handler) {
    const std::lock_guard lock(mutex_);
    if (agents_.contains(id)) return Added::known;
    if (std::ranges::find(handlers_, handler, &HandlerEntry::object) == handlers_.end()) return Added::handlerGone;
    agent.removals = removals_;
    agents_[id] = std::move(agent);
    return Added::yes;
}

ComPtr<ITAgent> Inventory::agent(const AgentId& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = agents_.find(id);
    return found == agents_.end() ? nullptr : found->second.object;
}

ObjectsById<AgentId, ITAgent> Inventory::agents() const {
    const std::lock_guard lock(mutex_);
    ObjectsById<AgentId, ITAgent> all;
    for (const auto& [id, entry] : agents_) all.emplace_back(id, entry.object);
    return all;
}

HandlerName Inventory::handlerOf(const AgentId& agent) const {
    const std::lock_guard lock(mutex_);
    const auto found = agents_.find(agent);
    return found == agents_.end() ? HandlerName() : found->second.handler;
}

AgentId Inventory::agentOf(const ComPtr<IUnknown>& identity) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : agents_)
        if (entry.identity == identity) return id;
    return {};
}

void Inventory::drop(const AgentId& agent, const std::vector<SessionId>& sessions) {
    AgentEntry gone;
    std::vector<SessionEntry> released;  // outside the lock
    const std::lock_guard lock(mutex_);
    if (const auto found = agents_.find(agent); found != agents_.end()) {
        gone = std::move(found->second);
        agents_.erase(found);
    }
    for (const auto& session : sessions)
        if (const auto found = sessions_.find(session); found != sessions_.end()) {
            forgetObjectsOf(session);
            released.push_back(std::move(found->second));
            sessions_.erase(found);
            ended_.insert(session);
        }
}

void Inventory::forgetObjectsOf(const SessionId& session) {
    std::erase_if(sessionByIdentity_, [&](const auto& entry) { return entry.second == session; });
}

std::optional<SessionId> Inventory::sessionOf(const ComPtr<IUnknown>& identity) const {
    const std::lock_guard lock(mutex_);
    const auto known = sessionByIdentity_.find(identity.Get());
    return known == sessionByIdentity_.end() ? std::nullopt : std::optional(known->second);
}

std::size_t Inventory::removals() const {
    const std::lock_guard lock(mutex_);
    return removals_;
}

std::optional<SessionId> Inventory::add(const ComPtr<ITAgentSession>& object, const ComPtr<IUnknown>& identity,
                                        AgentSession value, std::size_t removals) {
    ComPtr<IUnknown> oldest;  // released outside the lock
    const std::lock_guard lock(mutex_);
    if (const auto met = sessionByIdentity_.find(identity.Get()); met != sessionByIdentity_.end()) return met->second;
    HandlerName handler;
    const auto agent = agents_.find(value.agent);
    if (agent != agents_.end() && agent->second.removals <= removals)
        handler = agent->second.handler;
    else if (removals_ != removals)
        return std::nullopt;
    const auto id = sessionId(handler, value.agent, value.acdGroup, value.address, value.startedAt);
    if (ended_.contains(id)) return id;
    auto& entry = sessions_[id];
    if (!entry.object) {
        value.id = id;
        entry = {object, identity, std::move(value)};
    } else if (!sessionByIdentity_.contains(identity.Get())) {  // held, so that no other object gets its address
        entry.others.push_back(identity);
        if (entry.others.size() > mostSecondObjects) {
            oldest.Swap(entry.others.front());
            entry.others.pop_front();
            sessionByIdentity_.erase(oldest.Get());
        }
    }
    sessionByIdentity_[identity.Get()] = id;
    return id;
}

std::optional<AgentSession> Inventory::announce(const SessionId& session) {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(session);
    if (found == sessions_.end() || std::exchange(found->second.announced, true)) return std::nullopt;
    return found->second.value;
}

std::vector<AgentSession> Inventory::announceAll() {
    const std::lock_guard lock(mutex_);
    std::vector<AgentSession> all;
    for (auto& [id, session] : sessions_) {
        session.announced = true;
        all.push_back(session.value);
    }
    return all;
}

std::vector<std::pair<SessionId, SessionState>> Inventory::unannounced(const AgentId& agent) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::pair<SessionId, SessionState>> open;
    for (const auto& [id, entry] : sessions_)
        if (entry.value.agent == agent && !entry.announced) open.emplace_back(id, entry.value.state);
    return open;
}

ComPtr<ITAgentSession> Inventory::session(const SessionId& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? nullptr : found->second.object;
}

ObjectsById<SessionId, ITAgentSession> Inventory::sessions() const {
    const std::lock_guard lock(mutex_);
    ObjectsById<SessionId, ITAgentSession> all;
    for (const auto& [id, entry] : sessions_) all.emplace_back(id, entry.object);
    return all;
}

ObjectsById<SessionId, ITAgentSession> Inventory::sessionsOf(const AgentId& agent) const {
    const std::lock_guard lock(mutex_);
    ObjectsById<SessionId, ITAgentSession> open;
    for (const auto& [id, entry] : sessions_)
        if (entry.value.agent == agent) open.emplace_back(id, entry.object);
    return open;
}

std::optional<SessionId> Inventory::sessionOn(const AddressName& line) const {
    const std::lock_guard lock(mutex_);
    std::optional<SessionId> on;
    for (const auto& [id, session] : sessions_)
        if (session.value.address == line) on = id;
    return on;
}

bool Inventory::ended(const SessionId& session) const {
    const std::lock_guard lock(mutex_);
    return ended_.contains(session);
}

void Inventory::dropSession(const SessionId& session) {
    SessionEntry gone;  // released outside the lock
    const std::lock_guard lock(mutex_);
    if (const auto found = sessions_.find(session); found != sessions_.end()) {
        forgetObjectsOf(session);
        gone = std::move(found->second);
        sessions_.erase(found);
    }
    ended_.insert(session);
}

}  // namespace deskline::telephony
