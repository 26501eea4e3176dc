// Who a caller is, and by what it has shown it. Thread: values, any.
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
    std::set<AgentId> agents = {};      // the agents that the caller is, or that it is for
    std::int64_t expires = 0;           // seconds since 1970; 0: never
    std::set<GroupName> groups = {};    // the ACD groups that it is for; everyGroup: all
    std::set<std::string> scopes = {};  // of an integration: policy.hpp has the names
    Proof proof = Proof::local_token;
    std::string credential =
        {};  // the key's id; of a token: when the tokens of its subject were revoked before it, if they ever were
    std::int64_t issued = 0;  // of a token: seconds since 1970

    // Whose operations and limits these are: two callers of the same name from two sources are two.
    std::string account() const {
        switch (proof) {
            case Proof::local_token: break;
            case Proof::issuer_token: return "issuer:" + subject;
            case Proof::key: return "key:" + subject;
            case Proof::certificate: return "certificate:" + subject;
        }
        return subject;
    }
    // Whose webhooks these are: whoever comes with an account's name after it was revoked is somebody else.
    std::string owner() const { return ownerOf(account(), credential); }
    static std::string ownerOf(const std::string& account, const std::string& credential) {
        return credential.empty() ? account : account + '\n' + credential;  // no name has a line end
    }
};

}  // namespace deskline::identity
