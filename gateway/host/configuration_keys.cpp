#include "host/configuration_keys.hpp"

#include "model/address.hpp"

namespace deskline::host {
namespace {

// "" where `serve` can listen there.
std::string wrongListen(const std::string& text) {
    const auto address = listenAddress(text);
    return address ? std::string() : address.error().detail;
}

constexpr std::int64_t longestReason = 64;  // characters; the API takes as many

}  // namespace

std::vector<Key> keyTable(Configuration& c) {
    const std::vector<std::string> telephonySources = {"tapi3", "simulated", "none"},
                                   audioSources = {"coreaudio", "simulated", "none"};
    return {
        {"server.name", &c.server.name},
        {"server.listen", &c.server.listen, 0, 0, {}, wrongListen},
        {"server.base_path", &c.server.basePath},
        {"server.data_dir", &c.server.dataDir},
        {"server.certificate", &c.server.certificate},
        {"server.private_key", &c.server.privateKey},
        {"server.client_authorities", &c.server.clientAuthorities},
        {"server.client_revocations", &c.server.clientRevocations},
        {"server.names", &c.server.names, 0, 255},
        {"server.allowed_origins", &c.server.allowedOrigins},
        {"server.frame_ancestors", &c.server.frameAncestors},
        {"server.trusted_proxies", &c.server.trustedProxies},
        {"server.connections_per_address", &c.server.connectionsPerAddress, 0, 1'000'000},
        {"server.handshakes_per_second", &c.server.handshakesPerSecond, 0, 100'000},
        {"server.max_connections", &c.server.maxConnections, 1, 1'000'000},
        {"server.streams_per_account", &c.server.streamsPerAccount, 0, 1'000'000},
        {"server.queue_limit", Bytes{&c.server.queueLimit}, 16'384, INT64_MAX},
        {"server.drain_seconds", &c.server.drainSeconds, 0, 600},
        {"server.shards", &c.server.shards, 0, 256},
        {"server.heartbeat", &c.server.heartbeat, 1, 60},
        {"server.compression", &c.server.compression},
        {"server.compression_threshold", Bytes{&c.server.compressionThreshold}, 0, 1 << 20},
        {"server.rate_limit", &c.server.rateLimit, 0, 1'000'000},
        {"telephony.source", &c.telephony.source, 0, 0, telephonySources},
        {"telephony.handler", &c.telephony.handler},
        {"telephony.statistics_interval", &c.telephony.statisticsInterval, 1, 3600},
        {"telephony.max_calls_in_flight", &c.telephony.maxCallsInFlight, 1, 1024},
        {"telephony.simulated.traffic", &c.telephony.traffic, 0, 1000},
        {"telephony.simulated.agents", &c.telephony.agents, 1, 8000},
        {"telephony.simulated.seed", &c.telephony.seed, 0},
        {"telephony.simulated.console", &c.telephony.console, 0, 65535},
        {"audio.source", &c.audio.source, 0, 0, audioSources},
        {"audio.agents_may_control", &c.audio.agentsMayControl},
        {"audio.simulated.console", &c.audio.console, 0, 65535},
        {"journal.path", &c.journal.path},
        {"journal.sync", &c.journal.sync, 0, 0, {"normal", "full"}},
        {"journal.retention_days", &c.journal.retentionDays, 1, 3650},
        {"journal.retention_size", Bytes{&c.journal.retentionSize}, 1 << 20},
        {"journal.audit_retention_days", &c.journal.auditRetentionDays, 1, 36'500},
        {"journal.audit_retention_size", Bytes{&c.journal.auditRetentionSize}, 1 << 20},
        {"webhooks.allow_private_networks", &c.webhooks.allowPrivateNetworks},
        {"webhooks.authorities", &c.webhooks.authorities},
        {"webhooks.timeout", &c.webhooks.timeout, 1, 60},
        {"webhooks.retries", Durations{&c.webhooks.retries}},
        {"reasons.not_ready", &c.reasons.notReady, 0, longestReason},
        {"reasons.ready", &c.reasons.ready, 0, longestReason},
        {"reasons.busy_wrapup", &c.reasons.busyWrapup, 0, longestReason},
        {"reasons.session_ended", &c.reasons.sessionEnded, 0, longestReason},
        {"reasons.required", &c.reasons.required, 0, 64, {"not-ready", "ready", "busy-wrapup", "session-ended"}},
        {"presence.not_ready_after", &c.presence.notReadyAfter, 0, 86'400},
        {"presence.sign_out_after", &c.presence.signOutAfter, 0, 86'400},
        {"presence.exempt_agents", &c.presence.exemptAgents},
        {"identity.issuer", &c.identity.issuer},
        {"identity.audience", &c.identity.audience},
        {"identity.jwks", &c.identity.jwks},
        {"identity.authorities", &c.identity.authorities},
        {"identity.refresh", &c.identity.refresh, 10, 86'400},
        {"identity.client_id", &c.identity.clientId},
        {"identity.client_scope", &c.identity.clientScope},
        {"identity.claim_subject", &c.identity.claimSubject},
        {"identity.claim_role", &c.identity.claimRole},
        {"identity.claim_agents", &c.identity.claimAgents},
        {"identity.claim_groups", &c.identity.claimGroups},
        {"identity.claim_scopes", &c.identity.claimScopes},
        {"identity.roles", &c.identity.roles, 0, 256},
        {"identity.default_groups", &c.identity.defaultGroups, 0, 256},
        {"identity.local_key", &c.identity.localKey},
        {"identity.keys", &c.identity.keys},
        {"identity.free_failures", &c.identity.freeFailures, 0, 1000},
        {"log.level", &c.log.level, 0, 0, {"debug", "info", "warn", "error"}},
        {"log.format", &c.log.format, 0, 0, {"text", "json"}},
    };
}

std::vector<std::string> keys() {
    Configuration unused;
    std::vector<std::string> names;
    for (auto& key : keyTable(unused)) names.push_back(key.name);
    return names;
}

}  // namespace deskline::host
