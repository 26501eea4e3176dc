#include <catch2/catch.hpp>

#include "identity/claims.hpp"
#include "unit/identity/provider.hpp"

using namespace deskline;
using namespace deskline::identity;

TEST_CASE("claims: by name or path, the provider's own role names, defaults for groups") {
    ClaimMap map;
    map.role = "realm_access.roles";
    map.agents = "https://deskline/agents";
    map.groups = "resource.deskline.groups";
    map.scopes = "scp";
    map.roles = {{"Team leads", Role::supervisor}};
    map.defaultGroups = {"Support"};
    const auto read = [&](json::object more) {
        return readClaims(claims(std::move(more)), {"https://login.test", "deskline"}, map, noon);
    };
    const auto lead = read({{"realm_access", {{"roles", {"offline_access", "agent", "Team leads"}}}},
                            {"https://deskline/agents", {1001, "1002"}},
                            {"resource", {{"deskline", {{"groups", {"Sales", "Sales North"}}}}}},
                            {"scp", "agents:read calls:read"}});
    REQUIRE(lead.has_value());
    CHECK(lead->role == Role::supervisor);
    CHECK(lead->agents == std::set<AgentId>{"1001", "1002"});
    CHECK(lead->groups == std::set<GroupName>{"Sales", "Sales North"});
    CHECK(lead->scopes == std::set<std::string>{"agents:read", "calls:read"});
    const auto plain = read({{"realm_access", {{"roles", {"agent"}}}}});
    REQUIRE(plain.has_value());
    CHECK(plain->groups == std::set<GroupName>{"Support"});
    CHECK_FALSE(read({{"realm_access", {{"roles", {"offline_access"}}}}}).has_value());
    CHECK_FALSE(read({{"realm_access", 7}}).has_value());
}
