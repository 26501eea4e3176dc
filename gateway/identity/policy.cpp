#include "identity/policy.hpp"

#include <algorithm>

namespace deskline::identity {
namespace {

using enum AccessLevel;
using R = Resource;

// own: the caller's agents (of webhooks and operations: those that it made). groups: those and what is of its ACD
// groups. Administration: open streams, keys, the audit, the log level. An agent changes audio only where [audio]
// agents_may_control allows it. An integration needs the scope of the row besides.
constexpr Cell cells[] = {
    // resource       action          agent   supervisor  integration  admin  scope
    {R::agents, Action::see, own, groups, groups, all, "agents:read"},
    {R::agents, Action::change, own, groups, groups, all, "agents:write"},
    {R::sessions, Action::see, own, groups, groups, all, "agents:read"},
    {R::sessions, Action::change, own, groups, groups, all, "agents:write"},
    {R::calls, Action::see, own, groups, groups, all, "calls:read"},
    {R::acd_groups, Action::see, groups, groups, groups, all, "switch:read"},
    {R::queues, Action::see, groups, groups, groups, all, "switch:read"},
    {R::lines, Action::see, all, all, all, all, "switch:read"},
    {R::audio, Action::see, all, all, all, all, "audio:read"},
    {R::audio, Action::change, all, all, all, all, "audio:write"},
    {R::sources, Action::see, all, all, all, all, ""},
    {R::webhooks, Action::see, none, none, own, all, "webhooks"},
    {R::webhooks, Action::change, none, none, own, all, "webhooks"},
    {R::operations, Action::see, own, own, own, all, ""},
    {R::administration, Action::see, none, none, none, all, ""},
    {R::administration, Action::change, none, none, none, all, ""},
};

AccessLevel ofRole(const Cell& cell, Role role) {
    switch (role) {
        case Role::agent: return cell.agent;
        case Role::supervisor: return cell.supervisor;
        case Role::integration: return cell.integration;
        case Role::admin: return cell.admin;
    }
    return none;
}

}  // namespace

std::span<const Cell> table() { return cells; }

std::set<std::string> scopes() {
    std::set<std::string> all;
    for (const auto& cell : cells)
        if (!cell.scope.empty()) all.emplace(cell.scope);
    return all;
}

AccessLevel Policy::level(const Identity& caller, Resource resource, Action action) const {
    const auto* cell =
        std::ranges::find_if(cells, [&](const Cell& c) { return c.resource == resource && c.action == action; });
    if (cell == std::end(cells)) return none;
    if (caller.role == Role::integration && !cell->scope.empty() && !caller.scopes.contains(std::string(cell->scope)))
        return none;
    if (caller.role == Role::agent && resource == Resource::audio && action == Action::change &&
        !agentsMayControlAudio_)
        return none;
    const auto level = ofRole(*cell, caller.role);
    return level == groups && caller.groups.contains(everyGroup) ? all : level;
}

Visibility Policy::visibility(const Identity& caller) const {
    const bool hasWebhooks = level(caller, Resource::webhooks, Action::see) != none;
    Visibility visibility(caller.agents, caller.groups, caller.account(), hasWebhooks ? caller.owner() : std::string());
    for (const auto& row : kindRows) visibility.give(row.kind, level(caller, row.resource, Action::see));
    return visibility;
}

bool Policy::may(const Identity& caller, Resource resource, Action action, const Ownership& ownership) const {
    // An operation is its account's, whichever of the account's credentials asked for it; a webhook is one
    // credential's.
    const Visibility visibility(caller.agents, caller.groups, caller.account(),
                                resource == Resource::operations ? caller.account() : caller.owner());
    return visibility.reaches(level(caller, resource, action), ownership);
}

}  // namespace deskline::identity
