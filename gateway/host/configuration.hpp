// The configuration as values, with their defaults; configuration_reader.hpp reads it. Thread: values, any.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace deskline::host {

struct Configuration {
    std::filesystem::path file;  // that it was read from; "": defaults and environment alone
    struct {
        std::string name, listen = "127.0.0.1:8443", basePath;
        std::filesystem::path dataDir, certificate, privateKey, clientAuthorities, clientRevocations;
        std::vector<std::string> names, allowedOrigins, trustedProxies, frameAncestors;
        std::int64_t maxConnections = 20'000, queueLimit = 1 << 20, drainSeconds = 20, shards = 0, heartbeat = 25,
                     rateLimit = 6000, compressionThreshold = 1024, connectionsPerAddress = 5000,
                     handshakesPerSecond = 1000, streamsPerAccount = 200;
        bool compression = false;
    } server;
    struct {
        std::string source, handler;
        std::int64_t statisticsInterval = 5, maxCallsInFlight = 64;
        double traffic = 1.0;
        std::int64_t agents = 12;
        std::int64_t seed = 1, console = 0;
    } telephony;
    struct {
        std::string source;
        bool agentsMayControl = true;
        std::int64_t console = 0;
    } audio;
    struct {
        std::filesystem::path path;
        std::string sync = "normal";
        std::int64_t retentionDays = 7, retentionSize = std::int64_t{1} << 30;
        std::int64_t auditRetentionDays = 365, auditRetentionSize = std::int64_t{256} << 20;
    } journal;
    struct {
        bool allowPrivateNetworks = false;
        std::filesystem::path authorities;
        std::int64_t timeout = 15;
        std::vector<std::int64_t> retries = {5, 30, 120, 600, 3600, 21'600};  // seconds
    } webhooks;
    struct {
        std::vector<std::string> notReady, ready, busyWrapup, sessionEnded, required;
    } reasons;
    struct {
        std::int64_t notReadyAfter = 0, signOutAfter = 0;
        std::vector<std::string> exemptAgents;
    } presence;
    struct {
        std::string issuer, audience = "deskline", jwks, clientId, clientScope = "openid";
        std::filesystem::path authorities, localKey, keys;
        std::string claimSubject = "sub", claimRole = "role", claimAgents = "agents", claimGroups = "groups",
                    claimScopes = "scope";
        std::vector<std::string> roles, defaultGroups;
        std::int64_t refresh = 600, freeFailures = 10;
    } identity;
    struct {
        std::string level = "info", format = "text";
    } log;
};

struct Mistake {
    std::string where;  // "deskline.toml:12", "environment"
    std::string key, detail;
};

// An entry of identity.roles, "their name = ours": both names; the second is "" where there is no such sign.
std::pair<std::string, std::string> roleNames(const std::string& entry);
// How many threads serve connections: as many as it says, else one a processor.
std::size_t shardsOf(const Configuration& configuration);
std::string text(const std::vector<Mistake>& mistakes);

}  // namespace deskline::host
