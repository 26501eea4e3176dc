#include "keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "access.hpp"
#include "events/archive.hpp"
#include "host/arguments.hpp"
#include "host/logging.hpp"
#include "host/platform.hpp"
#include "identity/policy.hpp"
#include "model/json.hpp"

namespace deskline {
namespace {

using identity::Key;
using identity::KeyFile;

int misused(const std::string& what) {
    host::say("deskline: " + what);
    return 2;
}

// What a change of the keys could not do: the caller's mistake, or the host's.
int notDone(const Fault& fault) {
    return fault.slug == "invalid-argument" ? misused(fault.detail) : host::failed(fault);
}

std::string joined(const std::vector<std::string>& texts, const char* between = ",") {
    std::string all;
    for (const auto& text : texts) all += (all.empty() ? "" : between) + text;
    return all;
}

std::string unknownScope(const std::vector<std::string>& scopes) {
    const auto known = identity::scopes();
    for (const auto& scope : scopes)
        if (!known.contains(scope))
            return "there is no scope '" + scope + "'; there are: " + joined({known.begin(), known.end()}, ", ");
    return {};
}

// Whoever is for nobody in particular is for everybody, and says so.
std::vector<std::string> groupsOrAll(const std::vector<std::string>& groups, const std::vector<std::string>& agents,
                                     identity::Role role) {
    if (!groups.empty() || (role == identity::Role::integration && !agents.empty())) return groups;
    return {identity::everyGroup};
}

void noteKey(const host::Configuration& c, const char* action, const std::string& object,
             std::optional<std::string> detail = {}) {
    const auto noted = events::noteInAudit(c.journal.path, {.actor = "deskline " + std::string(action),
                                                            .action = action,
                                                            .outcome = "succeeded",
                                                            .object = object,
                                                            .detail = std::move(detail)});
    if (!noted) host::say("deskline: it was done, but the audit does not know of it: " + noted.error().detail);
}

}  // namespace

int makeToken(const host::Configuration& c, const TokenOptions& options) {
    const auto role = named<identity::Role>(options.role);
    if (!role) return misused("--role takes agent, supervisor, integration or admin, not '" + options.role + "'");
    const auto lifetime = host::secondsIn(options.ttl);
    if (!lifetime) return misused("--ttl takes a time such as 8h, 30m or 3600s, not '" + options.ttl + "'");
    if (const auto unknown = unknownScope(options.scopes); !unknown.empty()) return misused(unknown);
    const auto tokens = identity::Tokens::open(c.identity.localKey, c.identity.audience);
    if (!tokens) return host::failed(tokens.error());
    const auto groups = groupsOrAll(options.groups, options.agents, *role);
    auto scopes = std::set<std::string>(options.scopes.begin(), options.scopes.end());
    if (*role == identity::Role::integration && scopes.empty()) {
        scopes = identity::scopes();
        scopes.erase("audio:write");  // the sound at somebody's desk is nobody else's, unless it is asked for
    }
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(deskline::now().time_since_epoch()).count();
    std::cout << (*tokens)->issue({.subject = options.subject,
                                   .role = *role,
                                   .agents = {options.agents.begin(), options.agents.end()},
                                   .expires = now + *lifetime,
                                   .groups = {groups.begin(), groups.end()},
                                   .scopes = std::move(scopes)},
                                  now)
              << "\n";
    return 0;
}

int createKey(const host::Configuration& c, const KeyOptions& options) {
    const auto role = named<identity::Role>(options.role);
    if (!role) return misused("--role takes agent, supervisor, integration or admin, not '" + options.role + "'");
    if (*role == identity::Role::integration && options.scopes.empty())
        return misused("--scopes says what the key is for: " + joined(
                                                                   [] {
                                                                       const auto all = identity::scopes();
                                                                       return std::vector<std::string>(all.begin(),
                                                                                                       all.end());
                                                                   }(),
                                                                   ", "));
    if (const auto unknown = unknownScope(options.scopes); !unknown.empty()) return misused(unknown);
    const auto lifetime = options.expires.empty() ? std::optional<std::int64_t>() : host::secondsIn(options.expires);
    if (!options.expires.empty() && !lifetime)
        return misused("--expires takes a time such as 90d or 8h, not '" + options.expires + "'");
    const bool named =
        std::ranges::any_of(std::initializer_list<std::string_view>{"CN=", "DNS:", "URI:", "email:"}, [&](auto prefix) {
            return options.certificate.starts_with(prefix) && options.certificate.size() > prefix.size();
        });
    if (!options.certificate.empty() && !named)
        return misused("--certificate takes CN=…, DNS:…, URI:… or email:… as the certificate has it");
    const auto time = now();
    auto made = identity::makeKey(
        {.name = options.name,
         .role = *role,
         .scopes = options.scopes,
         .agents = options.agents,
         .groups = groupsOrAll(options.groups, options.agents, *role),
         .createdAt = time,
         .expiresAt = lifetime ? std::optional(time + std::chrono::seconds(*lifetime)) : std::nullopt});
    if (!options.certificate.empty()) {
        made.key.certificate = options.certificate;
        made.key.salt.reset();
        made.key.hash.reset();
    }
    if (auto done = identity::updateKeyFile(c.identity.keys,
                                            [&](KeyFile& file) { return identity::addKey(file, made.key, time); });
        !done)
        return notDone(done.error());
    noteKey(c, "key create", "/keys/" + made.key.id,
            options.name + (options.certificate.empty() ? "" : ", " + options.certificate));
    host::say("key " + made.key.id + " (" + options.name + ")" +
              (options.certificate.empty() ? "; it is shown this once:" : " for " + options.certificate));
    if (options.certificate.empty()) std::cout << made.secret << "\n";
    return 0;
}

int listKeys(const host::Configuration& c, const KeyOptions& options) {
    const auto file = identity::readKeyFile(c.identity.keys);
    if (!file) return host::failed(file.error());
    auto read = events::readRecords(c.journal.path, "key-use");
    if (!read) host::say("deskline: when a key was used last is not known. " + read.error().detail);
    const auto uses = read ? std::move(*read) : std::map<std::string, boost::json::object>();
    const auto lastUse = [&](const Key& key) {
        const auto use = uses.find(key.id);
        if (use == uses.end()) return std::string();
        const auto* at = use->second.if_contains("at");
        return at && at->is_string() ? std::string(at->get_string()) : std::string();
    };
    if (options.json) {
        boost::json::array all;
        for (const auto& key : file->keys) {
            auto shown = toJson(key).as_object();
            shown.erase("salt");
            shown.erase("hash");
            if (const auto at = lastUse(key); !at.empty()) shown["lastUsedAt"] = at;
            all.push_back(std::move(shown));
        }
        std::cout << boost::json::serialize(all) << "\n";
        return 0;
    }
    std::cout << fmt::format("{:<14}{:<20}{:<13}{:<26}{:<26}{}\n", "id", "name", "state", "last used", "expires",
                             "for");
    for (const auto& key : file->keys) {
        const auto* state = key.revokedAt ? "revoked" : key.expiresAt && *key.expiresAt <= now() ? "expired" : "active";
        const auto use = lastUse(key);
        std::cout << fmt::format("{:<14}{:<20}{:<13}{:<26}{:<26}{}{}{}{}\n", key.id, key.name, state,
                                 use.empty() ? "never" : use, key.expiresAt ? toRfc3339(*key.expiresAt) : "never",
                                 name(key.role), key.scopes.empty() ? "" : " " + joined(key.scopes),
                                 key.agents.empty() ? "" : " agents " + joined(key.agents),
                                 key.groups.empty() ? "" : " groups " + joined(key.groups));
    }
    return 0;
}

int revokeKey(const host::Configuration& c, const KeyOptions& options) {
    identity::Revoked revoked;
    const auto done = identity::updateKeyFile(c.identity.keys, [&](KeyFile& file) -> Result<void> {
        auto found = identity::revokeKey(file, options.id, now());
        if (!found) return found.error();
        revoked = std::move(*found);
        return {};
    });
    if (!done) return notDone(done.error());
    const auto& key = revoked.key;
    if (revoked.before) {
        std::cout << "key " << key.id << " (" << key.name << ") was revoked already, at " << toRfc3339(*key.revokedAt)
                  << "\n";
        return 0;
    }
    noteKey(c, "key revoke", "/keys/" + key.id, key.name);
    std::cout << "key " << key.id << " (" << key.name
              << ") is revoked; a running gateway closes its streams within seconds\n";
    return 0;
}

int revokeSubject(const host::Configuration& c, const std::string& subject) {
    const auto done = identity::updateKeyFile(c.identity.keys, [&](KeyFile& file) -> Result<void> {
        identity::revokeTokens(file, subject, now());
        return {};
    });
    if (!done) return notDone(done.error());
    noteKey(c, "revoke", "/subjects/" + subject);
    std::cout << "every token of " << subject
              << " made until now is void; a running gateway closes its streams within seconds\n";
    return 0;
}

}  // namespace deskline
