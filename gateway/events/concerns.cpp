#include "events/concerns.hpp"

namespace deskline::events {

Concern concernOfAgent(const State& state, const AgentId& agent) {
    const auto groups = state.memberships.find(agent);
    return {agent, groups == state.memberships.end() ? std::set<GroupName>{} : groups->second};
}

Concern concernOf(const State& state, const Call& call) {
    const auto* session = call.session ? state.session(*call.session) : nullptr;
    if (session) return concernOf(state, *session);
    const auto before = state.callConcerns.find(call.id);
    return before == state.callConcerns.end() ? Concern{} : before->second;
}

}  // namespace deskline::events
