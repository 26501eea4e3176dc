#include "app/settings.hpp"

#include <boost/json.hpp>

#include "net/pages/pages.hpp"

namespace deskline {
namespace {

api::Reasons reasonsOf(const host::Configuration& c) {
    api::Reasons reasons{{{SessionState::not_ready, c.reasons.notReady},
                          {SessionState::ready, c.reasons.ready},
                          {SessionState::busy_wrapup, c.reasons.busyWrapup},
                          {SessionState::session_ended, c.reasons.sessionEnded}},
                         {}};
    for (const auto& state : c.reasons.required)
        reasons.required.insert(named<SessionState>(state).value_or(SessionState::unknown));
    return reasons;
}

std::vector<std::chrono::seconds> durations(const std::vector<std::int64_t>& seconds) {
    std::vector<std::chrono::seconds> all;
    all.reserve(seconds.size());
    for (const auto count : seconds) all.emplace_back(count);
    return all;
}

automation::PresenceOptions presenceOf(const host::Configuration& c) {
    return {std::chrono::seconds(c.presence.notReadyAfter),
            std::chrono::seconds(c.presence.signOutAfter),
            {c.presence.exemptAgents.begin(), c.presence.exemptAgents.end()}};
}

// What the page needs to know to sign somebody in at the identity provider.
std::string signInOf(const host::Configuration& c) {
    if (c.identity.clientId.empty()) return {};
    return boost::json::serialize(boost::json::object{{"issuer", c.identity.issuer},
                                                      {"clientId", c.identity.clientId},
                                                      {"scope", c.identity.clientScope},
                                                      {"audience", c.identity.audience}});
}

}  // namespace

net::TlsOptions tlsFiles(const host::Configuration& c) {
    const auto& given = c.server;
    net::TlsOptions files{given.certificate, given.privateKey, given.clientAuthorities, given.clientRevocations};
    if (!ownCertificate(c)) return files;
    files.certificate = c.server.dataDir / u8"certificate.pem";
    files.key = c.server.dataDir / u8"private-key.pem";
    return files;
}

bool ownCertificate(const host::Configuration& c) { return c.server.certificate.empty(); }

events::JournalOptions journalOptions(const host::Configuration& c, bool lacksEvents) {
    return {c.journal.path,
            c.journal.sync == "full",
            static_cast<int>(c.journal.retentionDays),
            static_cast<std::uint64_t>(c.journal.retentionSize),
            {static_cast<int>(c.journal.auditRetentionDays), static_cast<std::uint64_t>(c.journal.auditRetentionSize)},
            lacksEvents};
}

outbound::ClientOptions webhookClientOptions(const host::Configuration& c) {
    return {c.webhooks.allowPrivateNetworks, c.webhooks.authorities, "webhooks",
            std::chrono::seconds(c.webhooks.timeout)};
}

Services::Options serviceOptions(const host::Configuration& c) {
    return {.name = c.server.name,
            .basePath = c.server.basePath,
            .journal = c.journal.path,
            .freeFailures = static_cast<int>(c.identity.freeFailures),
            .rateLimit = c.server.rateLimit,
            .agentsMayControl = c.audio.agentsMayControl,
            .reasons = reasonsOf(c),
            .presence = presenceOf(c),
            .webhooks = {c.webhooks.allowPrivateNetworks, durations(c.webhooks.retries)}};
}

net::ServerContext makeServerContext(const host::Configuration& c, api::Context& api, net::Shards& shards,
                                     net::TlsContext tls, const net::Networks& trustedProxies,
                                     const host::Share& share) {
    return {.api = api,
            .shards = shards,
            .tls = std::move(tls),
            .names = {c.server.names.begin(), c.server.names.end()},
            .allowedOrigins = {c.server.allowedOrigins.begin(), c.server.allowedOrigins.end()},
            .trustedProxies = trustedProxies,
            .peers{{static_cast<std::size_t>(c.server.connectionsPerAddress),
                    static_cast<std::size_t>(c.server.handshakesPerSecond)},
                   trustedProxies},
            .streamPlaces = net::Shares(static_cast<std::size_t>(c.server.streamsPerAccount)),
            .contentPolicy = net::contentPolicy(c.identity.issuer, c.server.frameAncestors),
            .signIn = signInOf(c),
            .queueLimit = static_cast<std::size_t>(c.server.queueLimit),
            .maxConnections = share.connections,
            .crowd = share.crowd,
            .heartbeatSeconds = static_cast<int>(c.server.heartbeat),
            .compression = c.server.compression,
            .compressionThreshold = static_cast<std::size_t>(c.server.compressionThreshold)};
}

}  // namespace deskline
