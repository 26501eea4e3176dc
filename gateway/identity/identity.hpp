// Who a caller is, and by what kind of credential. Thread: values, any.
#pragma once
#include <boost/describe.hpp>
#include <cstdint>
#include <set>
#include <string>

#include "model/ids.hpp"
#include "model/names.hpp"

namespace deskline::identity {

enum class Role { agent, supervisor, integration, admin };
BOOST_DESCRIBE_ENUM(Role, agent, supervisor, integration, admin)

enum class Proof {
    local_token,   // signed with the gateway's own key
    issuer_token,  // signed by the identity provider
    key,           // an API key
    certificate,   // a client certificate (mTLS)
};
BOOST_DESCRIBE_ENUM(Proof, local_token, issuer_token, key, certificate)

inline const GroupName everyGroup = "*";

struct Identity {
    std::string subject;
    Role role = Role::agent;
    std::set<AgentId> agents = {};      // the agents that the caller is, or acts for
    std::int64_t expires = 0;           // seconds since 1970; 0: never
    std::set<GroupName> groups = {};    // the ACD groups that it acts for; everyGroup: all
    std::set<std::string> scopes = {};  // of an integration: policy.hpp has the names
    Proof proof = Proof::local_token;
    // The key's id; of a token: when its subject's earlier tokens were revoked, "" if they never were.
    std::string credential = {};
    std::int64_t issued = 0;  // of a token: seconds since 1970

    // The name that operations and limits go by. Callers of the same name from two sources are two accounts.
    std::string account() const {
        switch (proof) {
            case Proof::local_token: break;
            case Proof::issuer_token: return "issuer:" + subject;
            case Proof::key: return "key:" + subject;
            case Proof::certificate: return "certificate:" + subject;
        }
        return subject;
    }
    // The owner of the caller's webhooks. A caller that takes an account's name after it was revoked is another owner.
    std::string owner() const { return ownerOf(account(), credential); }
    static std::string ownerOf(const std::string& account, const std::string& credential) {
        return credential.empty() ? account : account + '\n' + credential;  // no name has a line end
    }
};

}  // namespace deskline::identity
