#include "telephony/tapi3/credentials.hpp"

#include "model/id.hpp"

namespace deskline::telephony {

void Credentials::signedIn(const AgentId& agent, const Credential& credential) {
    const std::lock_guard lock(mutex_);
    agents_[agent] = credential;
    waiting_.erase(agent);
}

void Credentials::forget(const AgentId& agent) {
    const std::lock_guard lock(mutex_);
    agents_.erase(agent);
    waiting_.erase(agent);
}

bool Credentials::signedInWith(const AgentId& agent, const Credential& credential) const {
    const std::lock_guard lock(mutex_);
    const auto known = agents_.find(agent);
    return known != agents_.end() && known->second == credential;
}

void Credentials::wait(const AgentId& agent, const HandlerName& handler, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    auto node = agents_.extract(agent);
    if (!node.empty()) waiting_[agent] = {std::move(node.mapped()), handler, now};
}

void Credentials::wait(const AgentId& agent, const Credential& credential, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    agents_.erase(agent);
    waiting_[agent] = {credential, {}, now};
}

std::map<AgentId, Credential> Credentials::all(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    dropOld(now);
    auto all = agents_;
    for (const auto& [agent, waiting] : waiting_) all.emplace(agent, waiting.credential);
    return all;
}

std::vector<std::pair<AgentId, Credential>> Credentials::due(const HandlerName& handler, Clock::time_point now) {
    std::vector<std::pair<AgentId, Credential>> due;
    const std::lock_guard lock(mutex_);
    dropOld(now);
    for (auto& [agent, waiting] : waiting_) {
        const auto& named = waiting.handler.empty() ? waiting.credential.handler : std::string(waiting.handler);
        if (waiting.trying || !(named.empty() || named == handler || named == handlerId(handler))) continue;
        waiting.trying = true;
        due.emplace_back(agent, waiting.credential);
    }
    return due;
}

bool Credentials::waits(const AgentId& agent) const {
    const std::lock_guard lock(mutex_);
    return waiting_.contains(agent);
}

void Credentials::tried(const AgentId& agent) {
    const std::lock_guard lock(mutex_);
    if (const auto waiting = waiting_.find(agent); waiting != waiting_.end()) waiting->second.trying = false;
}

void Credentials::dropOld(Clock::time_point now) {
    std::erase_if(waiting_, [&](const auto& entry) { return now - entry.second.since > longestWait; });
}

}  // namespace deskline::telephony
