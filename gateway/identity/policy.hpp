// Who may see and do what. The table in policy.cpp alone decides. A thing that a caller may not see does not exist for
// it (404 in REST, absent from snapshots, events, history and webhooks); changing one that it may only see is answered
// 403. Thread: any.
#pragma once
#include <span>

#include "identity/identity.hpp"
#include "model/visibility.hpp"

namespace deskline::identity {

using deskline::Resource;

// change: sign in and out, open and end sessions, set states and volumes, manage webhooks.
enum class Action { see, change };
BOOST_DESCRIBE_ENUM(Action, see, change)

struct Cell {
    Resource resource;
    Action action;
    AccessLevel agent, supervisor, integration, admin;
    std::string_view scope;  // that an integration needs in addition; "": none
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
