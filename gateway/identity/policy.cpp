#include "identity/policy.hpp"

namespace deskline::identity {

Allowed allowed(Role role, Action action, bool agentsMayControlAudio) {
    using enum Allowed;
    struct Row {
        Action action;
        Allowed agent, supervisor, integration, admin;
    };
    static constexpr Row table[] = {
        // action                 agent  supervisor  integration  admin
        {Action::sign_in_agent, own, yes, yes, yes}, {Action::control_agent, own, yes, yes, yes},
        {Action::see_agents, own, yes, yes, yes},    {Action::control_audio, yes, yes, no, yes},  // agents: where [audio] agents_may_control says so
        {Action::see_audio, yes, yes, yes, yes},     {Action::see_switch, yes, yes, yes, yes},
        {Action::manage_webhooks, no, no, own, yes}, {Action::administer, no, no, no, yes},
    };
    if (role == Role::agent && action == Action::control_audio && !agentsMayControlAudio) return no;
    for (const auto& row : table)
        if (row.action == action) switch (role) {
                case Role::agent: return row.agent;
                case Role::supervisor: return row.supervisor;
                case Role::integration: return row.integration;
                case Role::admin: return row.admin;
            }
    return no;
}

bool may(const Identity& identity, Action action, const std::string& agent, bool agentsMayControlAudio) {
    const auto answer = allowed(identity.role, action, agentsMayControlAudio);
    return answer == Allowed::yes || (answer == Allowed::own && identity.agents.contains(agent));
}

std::optional<std::set<std::string>> scope(const Identity& identity) {
    if (allowed(identity.role, Action::see_agents, true) == Allowed::yes) return std::nullopt;
    return identity.agents;
}

std::optional<std::set<std::string>> webhookScope(const Identity& identity) {
    switch (allowed(identity.role, Action::manage_webhooks, true)) {
        case Allowed::yes: return std::nullopt;
        case Allowed::own: return std::set{identity.subject};
        case Allowed::no: break;
    }
    return std::set<std::string>();
}

}  // namespace deskline::identity
