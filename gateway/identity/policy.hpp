// Who may see and do what, in one table. What a caller may not see is not there for it (404); what it may not do is 403.
// Thread: any.
#pragma once
#include <optional>
#include <set>
#include <string>

#include "identity/identity.hpp"

namespace deskline::identity {

enum class Action {
    sign_in_agent,  // sign in, sign out, create sessions, set states: on the agent that it is about
    control_agent,
    see_agents,
    control_audio,
    see_audio,
    see_switch,  // handlers, groups, queues, addresses
    manage_webhooks,
    administer,
};
BOOST_DESCRIBE_ENUM(Action, sign_in_agent, control_agent, see_agents, control_audio, see_audio, see_switch, manage_webhooks, administer)

enum class Allowed { no, own, yes };  // own: only what concerns one of the caller's agents

Allowed allowed(Role role, Action action, bool agentsMayControlAudio);
bool may(const Identity& identity, Action action, const std::string& agent, bool agentsMayControlAudio);

// Whose things the caller may see; absent: everybody's.
std::optional<std::set<std::string>> scope(const Identity& identity);
// Whose webhooks the caller may see; absent: everybody's.
std::optional<std::set<std::string>> webhookScope(const Identity& identity);

}  // namespace deskline::identity
