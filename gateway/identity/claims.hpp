// Makes an identity from a token's claims. The configuration ([identity]) names the claims that hold role, agents,
// groups and scopes. A claim is named as it stands in the token ("https://deskline/role"), or by its path
// ("realm_access.roles"). Source: RFC 7519. Thread: any.
#pragma once
#include <map>

#include "identity/identity.hpp"
#include "identity/jwt.hpp"

namespace deskline::identity {

inline constexpr std::int64_t leewaySeconds = 60;

struct ClaimMap {
    std::string subject = "sub", role = "role", agents = "agents", groups = "groups", scopes = "scope";
    std::map<std::string, Role> roles;       // the provider's names for our roles, besides our own
    std::set<GroupName> defaultGroups = {};  // of a token that names none; everyGroup: all
};

struct Expected {
    std::string issuer, audience;
};

// `now`: seconds since 1970. The fault says in plain words what is wrong with the claims.
Result<Identity> readClaims(const boost::json::object& claims, const Expected& expected, const ClaimMap& map,
                            std::int64_t now);

}  // namespace deskline::identity
