// Presence: whether an agent has a stream open. When the last one has been gone for a while, its sessions are set
// not-ready with the reason `disconnected`, later the agent is signed out; never during a call. An agent who comes back
// in time cancels both. A restart of the gateway is no disconnect: every agent gets the whole time anew. Source:
// [presence] of the configuration. Thread: `arrived` and `left` any; the rest the ledger's.
#pragma once
#include "commands/executor.hpp"

namespace deskline::automation {

struct PresenceOptions {
    std::chrono::seconds notReadyAfter{0}, signOutAfter{0};  // 0: never
    std::set<AgentId> exempt = {};                           // agents without a stream by nature
};

class Presence final : public events::Observer {
public:
    static constexpr auto grace = std::chrono::seconds(3);      // a page that loads again is not absent
    static constexpr auto tryAgain = std::chrono::seconds(10);  // after a refusal
    static constexpr const char* reason = "disconnected";

    // `draining`: the gateway ends; streams that close then count as no absence.
    Presence(events::Ledger& ledger, commands::Executor& executor, const std::atomic<bool>& draining,
             PresenceOptions options)
        : ledger_(ledger), executor_(executor), draining_(draining), options_(std::move(options)) {}

    void arrived(const std::set<AgentId>& agents);
    void left(const std::set<AgentId>& agents);

    void restored(events::LedgerContext& ledger) override;
    void changed(events::LedgerContext& ledger, const events::Change& change) override;
    void tick(events::LedgerContext& ledger) override;

private:
    void absent(events::LedgerContext& ledger, const AgentId& agent);
    void setNotReady(events::LedgerContext& ledger, const Agent& agent);
    void signOut(events::LedgerContext& ledger, const Agent& agent);
    using Ticks = std::chrono::steady_clock::time_point;
    bool mayTry(const ObjectRef& object, const events::LedgerContext& ledger);

    events::Ledger& ledger_;
    commands::Executor& executor_;
    const std::atomic<bool>& draining_;
    const PresenceOptions options_;
    std::map<AgentId, int> streams_;    // agent → how many
    std::map<AgentId, Ticks> gone_;     // agent → since when its last stream is
    std::map<ObjectRef, Ticks> tried_;  // session or agent → when
};

}  // namespace deskline::automation
