#include "events/ownership.hpp"

namespace deskline::events {

Ownership ownershipOfAgent(const State& state, const AgentId& agent) {
    const auto groups = state.memberships.find(agent);
    return {agent, groups == state.memberships.end() ? std::set<GroupName>{} : groups->second};
}

Ownership ownershipOf(const State& state, const Call& call) {
    const auto* session = call.session ? state.session(*call.session) : nullptr;
    if (session) return ownershipOf(state, *session);
    const auto before = state.callOwnership.find(call.id);
    return before == state.callOwnership.end() ? Ownership{} : before->second;
}

}  // namespace deskline::events
