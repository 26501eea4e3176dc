// Everything between the ledger and the listener, in the order of its life: what guards, what carries out commands,
// what acts by itself, and what the API works with. Built by the application after the sources, observes the ledger;
// must outlive the ledger's thread. Thread: main's.
#pragma once
#include <atomic>
#include <filesystem>
#include <string>

#include "api/context.hpp"
#include "automation/key_usage.hpp"
#include "automation/outcome_recheck.hpp"
#include "automation/pending_states.hpp"

namespace deskline {

struct Services {
    struct Options {
        std::string name, basePath = {};
        std::filesystem::path journal = {};
        int freeFailures = identity::Throttle::usual;
        std::int64_t rateLimit = 0;
        bool agentsMayControl = false;
        api::Reasons reasons = {};
        automation::PresenceOptions presence = {};
        automation::WebhookOptions webhooks = {};
    };
    // `telephony`, `audio`: null where there is no such source. `send` posts to receivers of webhooks.
    Services(events::Ledger& ledger, telephony::Telephony* telephony, audio::Audio* audio,
             identity::Authenticator& authenticator, Options options, automation::Send send);
    Services(const Services&) = delete;
    Services& operator=(const Services&) = delete;

    std::atomic<bool> draining = false;  // the gateway ends
    identity::Throttle throttle;
    identity::Refusals refusals;
    events::AuditLimits auditLimits;
    commands::Executor executor;
    const identity::Policy policy;
    automation::OutcomeRecheck outcomeRecheck;
    automation::PendingStates pendingStates;
    automation::Presence presence;
    automation::KeyUsage keyUsage;
    events::AuditRests auditRests;
    automation::Webhooks webhooks;
    api::Context context;
};

}  // namespace deskline
