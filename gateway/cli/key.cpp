// `deskline key create`, `list` and `revoke`.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "cli/callers.hpp"
#include "cli/commands.hpp"
#include "events/archive.hpp"
#include "host/arguments.hpp"
#include "host/logging.hpp"
#include "identity/key_file.hpp"
#include "identity/keys.hpp"
#include "model/json.hpp"

namespace deskline::cli {
namespace {

using identity::KeyFile;

struct NewKey {
    std::string name, role = "integration", expires, certificate;
    std::vector<std::string> scopes, agents, groups;
};

// "CN=…", "DNS:…" and so on, as a certificate names its subject.
bool namesCertificate(const std::string& text) {
    return std::ranges::any_of(std::initializer_list<std::string_view>{"CN=", "DNS:", "URI:", "email:"},
                               [&](auto prefix) { return text.starts_with(prefix) && text.size() > prefix.size(); });
}

int createKey(const host::Configuration& c, const NewKey& options) {
    const auto role = named<identity::Role>(options.role);
    if (!role) return misused("--role takes agent, supervisor, integration or admin, not '" + options.role + "'");
    if (*role == identity::Role::integration && options.scopes.empty())
        return misused("--scopes says what the key is for: " + scopesThere());
    if (const auto unknown = unknownScope(options.scopes); !unknown.empty()) return misused(unknown);
    const auto lifetime = options.expires.empty() ? std::optional<std::int64_t>() : host::secondsIn(options.expires);
    if (!options.expires.empty() && !lifetime)
        return misused("--expires takes a time such as 90d or 8h, not '" + options.expires + "'");
    if (!options.certificate.empty() && !namesCertificate(options.certificate))
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
    for (const auto& doubt : doubtsAbout(identity::identityOf(made.key), "s")) host::say("deskline: " + doubt);
    noteInAudit(c, "key create", "/keys/" + made.key.id,
                options.name + (options.certificate.empty() ? "" : ", " + options.certificate));
    host::say("key " + made.key.id + " (" + options.name + ")" +
              (options.certificate.empty() ? "; it is shown this once:" : " for " + options.certificate));
    if (options.certificate.empty()) std::cout << made.secret << "\n";
    return 0;
}

// When each key was used last, by its id, as RFC 3339. A key that was never used has no entry; if the journal cannot be
// read, none has.
std::map<std::string, std::string> lastUses(const host::Configuration& c) {
    std::map<std::string, std::string> uses;
    const auto read = events::readRecords(c.journal.path, "key-use");
    if (!read) host::say("deskline: when a key was used last is not known. " + read.error().detail);
    if (!read) return uses;
    for (const auto& [id, use] : *read)
        if (const auto* at = use.if_contains("at"); at && at->is_string() && !at->get_string().empty())
            uses[id] = at->get_string();
    return uses;
}

void listAsJson(const KeyFile& file, const std::map<std::string, std::string>& uses) {
    boost::json::array all;
    for (const auto& key : file.keys) {
        auto shown = toJson(key).as_object();
        shown.erase("salt");
        shown.erase("hash");
        if (const auto use = uses.find(key.id); use != uses.end()) shown["lastUsedAt"] = use->second;
        all.push_back(std::move(shown));
    }
    std::cout << boost::json::serialize(all) << "\n";
}

void listAsTable(const KeyFile& file, const std::map<std::string, std::string>& uses) {
    std::cout << fmt::format("{:<14}{:<20}{:<13}{:<26}{:<26}{}\n", "id", "name", "state", "last used", "expires",
                             "for");
    for (const auto& key : file.keys) {
        const auto* state = key.revokedAt ? "revoked" : key.expiresAt && *key.expiresAt <= now() ? "expired" : "active";
        const auto use = uses.find(key.id);
        std::cout << fmt::format("{:<14}{:<20}{:<13}{:<26}{:<26}{}{}{}{}\n", key.id, key.name, state,
                                 use == uses.end() ? "never" : use->second,
                                 key.expiresAt ? toRfc3339(*key.expiresAt) : "never", name(key.role),
                                 key.scopes.empty() ? "" : " " + joined(key.scopes),
                                 key.agents.empty() ? "" : " agents " + joined(key.agents),
                                 key.groups.empty() ? "" : " groups " + joined(key.groups));
    }
}

int listKeys(const host::Configuration& c, bool json) {
    const auto file = identity::readKeyFile(c.identity.keys);
    if (!file) return host::failed(file.error());
    const auto uses = lastUses(c);
    json ? listAsJson(*file, uses) : listAsTable(*file, uses);
    return 0;
}

int revokeKey(const host::Configuration& c, const std::string& named) {
    identity::Revoked revoked;
    const auto done = identity::updateKeyFile(c.identity.keys, [&](KeyFile& file) -> Result<void> {
        auto found = identity::revokeKey(file, named, now());
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
    noteInAudit(c, "key revoke", "/keys/" + key.id, key.name);
    std::cout << "key " << key.id << " (" << key.name
              << ") is revoked; a running gateway closes its streams within seconds\n";
    return 0;
}

void addCreate(CLI::App& key, Invocation& invocation) {
    auto* command = key.add_subcommand("create", "make a key; it is printed on stdout, this once");
    const auto options = std::make_shared<NewKey>();
    command->add_option("--name", options->name, "what it is for: the caller's name in events and in the audit")
        ->required();
    command->add_option("--role", options->role, "integration (when absent), agent, supervisor or admin");
    command
        ->add_option("--scopes", options->scopes, "what an integration may do: agents:read,agents:write,calls:read …")
        ->delimiter(',');
    command->add_option("--agents", options->agents, "only these agents: their ids")->delimiter(',');
    command->add_option("--groups", options->groups, "only these ACD groups: their names")->delimiter(',');
    command->add_option("--expires", options->expires, "after this time it is void: 90d, 8h");
    command->add_option(
        "--certificate", options->certificate,
        "no secret: whoever shows a client certificate with this name: CN=crm.example, DNS:crm.example");
    invocation.add(*command, {[options](const host::Configuration& c) { return createKey(c, *options); }});
}

void addList(CLI::App& key, Invocation& invocation) {
    auto* command = key.add_subcommand("list", "the keys, and when each was used last");
    const auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "as JSON");
    invocation.add(*command, {[json](const host::Configuration& c) { return listKeys(c, *json); }});
}

void addRevokeKey(CLI::App& key, Invocation& invocation) {
    auto* command = key.add_subcommand("revoke", "void a key, and close its streams");
    const auto named = std::make_shared<std::string>();
    command->add_option("KEY", *named, "its id or name")->required();
    invocation.add(*command, {[named](const host::Configuration& c) { return revokeKey(c, *named); }});
}

}  // namespace

void addKey(CLI::App& program, Invocation& invocation) {
    auto* key = program.add_subcommand("key", "API keys, and client certificates that stand for a caller");
    key->require_subcommand(1);
    addCreate(*key, invocation);
    addList(*key, invocation);
    addRevokeKey(*key, invocation);
}

}  // namespace deskline::cli
