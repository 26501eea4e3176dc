// What the resources work on: references to the services below, and what is the API's own. Built by Services after
// them, lives as long as the listener. Thread: every part says its own.
#pragma once
#include <atomic>
#include <filesystem>
#include <string>

#include "api/open_streams.hpp"
#include "api/rate_limit.hpp"
#include "api/readiness.hpp"
#include "api/reasons.hpp"
#include "automation/presence.hpp"
#include "automation/statistics_poll.hpp"
#include "automation/webhooks/deliverer.hpp"
#include "commands/executor.hpp"
#include "identity/policy.hpp"
#include "identity/strangers.hpp"
#include "identity/tickets.hpp"

namespace deskline::api {

struct Context {
    std::string name;
    std::string basePath;           // "" or "/deskline"
    std::filesystem::path journal;  // its file
    events::Ledger& ledger;
    commands::Executor& executor;
    commands::Executor::Guards guards;
    identity::Authenticator& authenticator;
    const identity::Policy& policy;
    automation::Presence& presence;
    automation::Webhooks& webhooks;
    std::atomic<bool>& draining;  // the gateway ends: nothing new is carried out
    identity::Tickets tickets = {};
    identity::Strangers strangers{};
    OpenStreams streams{};
    Rate rate{0};
    Reasons reasons = {};
    automation::Interest interest{};
    Readiness readiness{};
};

}  // namespace deskline::api
