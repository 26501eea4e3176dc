// The policy, cell by cell: the table is written here a second time, by hand, and each cell is tried with objects of
// the caller itself, of its group, and of neither.
#include <catch2/catch.hpp>

#include <map>

#include "identity/policy.hpp"

using namespace deskline;
using namespace deskline::identity;

namespace {

using R = Resource;
using enum AccessLevel;

struct Wanted {
    Resource resource;
    Action action;
    AccessLevel agent, supervisor, integration, admin;
    const char* scope;
};
constexpr Wanted byHand[] = {
    {R::agents, Action::see, own, groups, groups, all, "agents:read"},
    {R::agents, Action::change, own, groups, groups, all, "agents:write"},
    {R::sessions, Action::see, own, groups, groups, all, "agents:read"},
    {R::sessions, Action::change, own, groups, groups, all, "agents:write"},
    {R::calls, Action::see, own, groups, groups, all, "calls:read"},
    {R::calls, Action::change, none, none, none, none, ""},
    {R::acd_groups, Action::see, groups, groups, groups, all, "switch:read"},
    {R::acd_groups, Action::change, none, none, none, none, ""},
    {R::queues, Action::see, groups, groups, groups, all, "switch:read"},
    {R::queues, Action::change, none, none, none, none, ""},
    {R::lines, Action::see, all, all, all, all, "switch:read"},
    {R::lines, Action::change, none, none, none, none, ""},
    {R::audio, Action::see, all, all, all, all, "audio:read"},
    {R::audio, Action::change, all, all, all, all, "audio:write"},
    {R::sources, Action::see, all, all, all, all, ""},
    {R::sources, Action::change, none, none, none, none, ""},
    {R::webhooks, Action::see, none, none, own, all, "webhooks"},
    {R::webhooks, Action::change, none, none, own, all, "webhooks"},
    {R::operations, Action::see, own, own, own, all, ""},
    {R::operations, Action::change, none, none, none, none, ""},
    {R::administration, Action::see, none, none, none, all, ""},
    {R::administration, Action::change, none, none, none, all, ""},
};

Identity caller(Role role) {
    return {.subject = "bob", .role = role, .agents = {"1001"}, .groups = {"Sales"}, .scopes = scopes()};
}

// Objects of the caller itself, of its group, and of neither.
struct Things {
    Ownership mine, ofGroup, others;
};
Things thingsOf(Resource resource) {
    if (resource == R::webhooks || resource == R::operations || resource == R::administration)
        return {{.owner = "bob"}, {.owner = "bob2"}, {.owner = "1001"}};
    if (resource == R::lines || resource == R::audio || resource == R::sources) return {};
    return {{"1001", {"Support"}}, {"1002", {"Sales"}}, {"10010", {"Sales North", "sales", ""}}};
}

}  // namespace

TEST_CASE("policy: every cell of the table, and there is none besides") {
    std::size_t rows = 0;
    for (const auto& row : byHand) {
        const auto inTable = std::ranges::find_if(
            table(), [&](const Cell& cell) { return cell.resource == row.resource && cell.action == row.action; });
        rows += inTable != table().end();
        for (const auto role : {Role::agent, Role::supervisor, Role::integration, Role::admin}) {
            const Policy policy;
            const auto level = role == Role::agent         ? row.agent
                               : role == Role::supervisor  ? row.supervisor
                               : role == Role::integration ? row.integration
                                                           : row.admin;
            INFO(name(role) << " " << name(row.action) << " " << name(row.resource));
            auto who = caller(role);
            CHECK(policy.level(who, row.resource, row.action) == level);
            const auto things = thingsOf(row.resource);
            const bool ofNobody = things.mine == things.others;
            CHECK(policy.may(who, row.resource, row.action, things.mine) ==
                  (level != none && (level == all || !ofNobody)));
            CHECK(policy.may(who, row.resource, row.action, things.ofGroup) ==
                  (level == all || (level == groups && !things.ofGroup.groups.empty())));
            CHECK(policy.may(who, row.resource, row.action, things.others) == (level == all));
            who.groups = {everyGroup};
            CHECK(policy.level(who, row.resource, row.action) == (level == groups ? all : level));
            if (role == Role::integration && *row.scope) {  // the scope of another row is no help
                who.scopes.erase(row.scope);
                CHECK(policy.level(who, row.resource, row.action) == none);
                CHECK_FALSE(policy.may(who, row.resource, row.action, things.mine));
                who.scopes = {row.scope};
                who.groups = {"Sales"};
                CHECK(policy.level(who, row.resource, row.action) == level);
            }
        }
    }
    CHECK(rows == table().size());
    CHECK(std::size(byHand) == 2 * boost::mp11::mp_size<boost::describe::describe_enumerators<Resource>>::value);
}

TEST_CASE("policy: whoever has an agent without a name has not what is nobody's") {
    auto who = caller(Role::agent);
    who.agents = {""};
    CHECK_FALSE(Policy().may(who, R::calls, Action::see, {}));
    CHECK_FALSE(Policy().visibility(who).sees(Kind::call, {}));
}

TEST_CASE("policy: agents change audio only where the configuration allows it") {
    CHECK(Policy(true).may(caller(Role::agent), R::audio, Action::change, {}));
    CHECK_FALSE(Policy(false).may(caller(Role::agent), R::audio, Action::change, {}));
    CHECK(Policy(false).may(caller(Role::agent), R::audio, Action::see, {}));
    CHECK(Policy(false).may(caller(Role::supervisor), R::audio, Action::change, {}));
}

TEST_CASE("policy: a sight says of every topic what the table says of its resource") {
    const std::map<Kind, Resource> resources{
        {Kind::agent, R::agents},         {Kind::agent_session, R::sessions}, {Kind::call, R::calls},
        {Kind::acd_group, R::acd_groups}, {Kind::queue, R::queues},           {Kind::agent_handler, R::lines},
        {Kind::address, R::lines},        {Kind::audio_session, R::audio},    {Kind::audio_device, R::audio},
        {Kind::audio_ducking, R::audio},  {Kind::audio_meter, R::audio},      {Kind::source, R::sources},
        {Kind::webhook, R::webhooks}};
    for (const auto& row : kindRows) CHECK(resources.contains(row.kind));
    for (const auto role : {Role::agent, Role::supervisor, Role::integration, Role::admin}) {
        const Policy policy;
        const auto visibility = policy.visibility(caller(role));
        for (const auto& [kind, resource] : resources) {
            INFO(name(role) << " " << topicOf(kind));
            for (const auto& thing : {thingsOf(resource).mine, thingsOf(resource).ofGroup, thingsOf(resource).others})
                CHECK(visibility.sees(kind, thing) == policy.may(caller(role), resource, Action::see, thing));
        }
    }
}
