// `deskline token`.
#include <CLI/CLI.hpp>
#include <iostream>

#include "cli/callers.hpp"
#include "cli/commands.hpp"
#include "host/arguments.hpp"
#include "host/logging.hpp"
#include "identity/tokens.hpp"
#include "model/time.hpp"

namespace deskline::cli {
namespace {

struct TokenOptions {
    std::string subject, role = "agent", ttl = "8h";
    std::vector<std::string> agents, groups, scopes;
};

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
    const identity::Identity caller{.subject = options.subject,
                                    .role = *role,
                                    .agents = {options.agents.begin(), options.agents.end()},
                                    .expires = now + *lifetime,
                                    .groups = {groups.begin(), groups.end()},
                                    .scopes = std::move(scopes)};
    const auto token = (*tokens)->issue(caller, now);
    const auto believed = (*tokens)->verify(token, now);
    if (!believed) return misused("such a token would not be believed. " + believed.error().detail);
    for (const auto& doubt : doubtsAbout(*believed, "")) host::say("deskline: " + doubt);
    std::cout << token << "\n";
    return 0;
}

}  // namespace

void addToken(CLI::App& program, Invocation& invocation) {
    auto* command = program.add_subcommand("token", "print a token signed with the gateway's own key");
    const auto options = std::make_shared<TokenOptions>();
    invocation.add(*command, {[options](const host::Configuration& c) { return makeToken(c, *options); }});
    command->add_option("--subject", options->subject, "whom the token names")->required();
    command->add_option("--role", options->role, "agent, supervisor, integration or admin");
    command->add_option("--agent", options->agents, "an agent id that the bearer is; may be repeated");
    command->add_option("--group", options->groups,
                        "an ACD group that the bearer is for, by its name; may be repeated; none: every group");
    command->add_option("--scope", options->scopes,
                        "what an integration may do; may be repeated; none: everything but audio:write");
    command->add_option("--ttl", options->ttl, "how long it is valid: 8h, 30m, 3600s");
}

}  // namespace deskline::cli
