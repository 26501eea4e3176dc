// Who may see and do what: the table in policy.cpp, and nothing beside it. What a caller may not see is not there for
// it (404 in REST, absent from snapshots, events, history and webhooks); what it sees and may not change is 403.
// Thread: any.
#pragma once
#include <span>

#include "identity/identity.hpp"
#include "model/visibility.hpp"

namespace deskline::identity {

using deskline::Resource;

enum class Action {
    see,
    change
};  // change: sign in and out, open and end sessions, set states and volumes, manage webhooks
BOOST_DESCRIBE_ENUM(Action, see, change)

struct Cell {
    Resource resource;
    Action action;
    AccessLevel agent, supervisor, integration, admin;
    std::string_view scope;  // that an integration needs besides; "": none
};
std::span<const Cell> table();
std::set<std::string> scopes();  // every one that the table names

class Policy {
public:
    explicit Policy(bool agentsMayControlAudio = true) : agentsMayControlAudio_(agentsMayControlAudio) {}

    AccessLevel level(const Identity& caller, Resource resource, Action action) const;
    bool may(const Identity& caller, Resource resource, Action action, const Ownership& ownership) const;
    Visibility visibility(const Identity& caller) const;

private:
    bool agentsMayControlAudio_;
};

}  // namespace deskline::identity
