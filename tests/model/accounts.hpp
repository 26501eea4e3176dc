// The callers and their rights, as the test defines them: some have tokens, some have keys whose content changes.
// Thread: any.
#pragma once
#include "identity/key_file.hpp"

namespace deskline::model {

inline const std::vector<AgentId> agentIds{"1001", "1002", "1003", "1004", "1005"};
inline constexpr std::size_t accounts = 7;
inline constexpr std::size_t keyed[] = {2, 4, 6};  // the accounts that have keys
inline constexpr unsigned contents = 4;            // of a key; the last one: it was revoked

inline bool hasKey(std::size_t account) { return account == 2 || account == 4 || account == 6; }

inline identity::Identity identityOf(std::size_t account, unsigned content) {
    using identity::Proof;
    using identity::Role;
    using Set = std::set<std::string>;
    const auto any = identity::everyGroup;
    switch (account) {
        case 0: return {.subject = "one", .role = Role::agent, .agents = {"1001"}};
        case 1: return {.subject = "two", .role = Role::agent, .agents = {"1002"}};
        case 2: {
            const std::set<GroupName> groups[] = {{"Sales"}, {"Support"}, {"Sales", "Support"}, {}};
            return {.subject = "lead",
                    .role = Role::supervisor,
                    .groups = groups[content],
                    .proof = Proof::key,
                    .credential = "k2"};
        }
        case 3: return {.subject = "head", .role = Role::supervisor, .groups = {any}};
        case 4: {
            const std::set<GroupName> groups[] = {{"Support"}, {any}, {"Sales"}, {}};
            const Set scopes[] = {{"agents:read", "agents:write"},
                                  {"agents:read", "calls:read", "switch:read"},
                                  {"audio:read", "switch:read"},
                                  {}};
            return {.subject = "crm",
                    .role = Role::integration,
                    .groups = groups[content],
                    .scopes = scopes[content],
                    .proof = Proof::key,
                    .credential = "k4"};
        }
        case 5: return {.subject = "root", .role = Role::admin};
        default: {
            const std::set<AgentId> agents[] = {{"1003"}, {"1004"}, {"1001", "1003"}, {}};
            return {.subject = "temp",
                    .role = Role::agent,
                    .agents = agents[content],
                    .proof = Proof::key,
                    .credential = "k6"};
        }
    }
}

inline bool sameRights(const identity::Identity& one, const identity::Identity& other) {
    return one.agents == other.agents && one.groups == other.groups && one.scopes == other.scopes;
}

inline identity::Key keyOf(std::size_t account, unsigned content) {
    const auto is = identityOf(account, content);
    identity::Key key{.id = is.credential, .name = is.subject, .role = is.role};
    key.scopes.assign(is.scopes.begin(), is.scopes.end());
    key.agents.assign(is.agents.begin(), is.agents.end());
    key.groups.assign(is.groups.begin(), is.groups.end());
    key.salt = key.hash = "AAAA";
    if (content == contents - 1) key.revokedAt = Time(std::chrono::seconds(1));
    return key;
}

}  // namespace deskline::model
