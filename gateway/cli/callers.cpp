#include "cli/callers.hpp"

#include <algorithm>

#include "events/archive.hpp"
#include "host/arguments.hpp"
#include "host/logging.hpp"

namespace deskline::cli {

int misused(const std::string& what) {
    host::say("deskline: " + what);
    return 2;
}

int notDone(const Fault& fault) {
    return fault.slug == "invalid-argument" ? misused(fault.detail) : host::failed(fault);
}

std::string joined(const std::vector<std::string>& texts, const char* between) {
    std::string all;
    for (const auto& text : texts) all += (all.empty() ? "" : between) + text;
    return all;
}

std::string scopesThere() {
    const auto all = identity::scopes();
    return joined({all.begin(), all.end()}, ", ");
}

std::string unknownScope(const std::vector<std::string>& scopes) {
    const auto known = identity::scopes();
    for (const auto& scope : scopes)
        if (!known.contains(scope)) return "there is no scope '" + scope + "'; there are: " + scopesThere();
    return {};
}

std::vector<std::string> groupsOrAll(const std::vector<std::string>& groups, const std::vector<std::string>& agents,
                                     identity::Role role) {
    if (!groups.empty() || (role == identity::Role::integration && !agents.empty())) return groups;
    return {identity::everyGroup};
}

std::vector<std::string> doubtsAbout(const identity::Identity& caller, const std::string& plural) {
    using identity::Action;
    using identity::Resource;
    using identity::Role;
    const identity::Policy policy;
    const auto reaches = [&](Resource resource, Action action) {
        const auto level = policy.level(caller, resource, action);
        return level == AccessLevel::all || (level != AccessLevel::none && !caller.agents.empty()) ||
               (level == AccessLevel::groups && !caller.groups.empty());
    };
    const auto sees = [&](Resource resource) { return reaches(resource, Action::see); };
    std::vector<std::string> doubts;
    const auto calls = {Resource::agents, Resource::sessions, Resource::calls};
    if (caller.role != Role::integration && std::ranges::none_of(calls, sees))
        doubts.push_back("the caller is for nobody: it sees no agent, session or call. Give " +
                         (caller.role == Role::agent ? "--role agent --agent" + plural + " ID, or --role supervisor"
                                                     : "--group" + plural + " NAME, or no group for every group"));
    const auto anything = [&](Resource resource) { return sees(resource) || reaches(resource, Action::change); };
    const auto source = {Resource::agents, Resource::sessions, Resource::calls, Resource::acd_groups,
                         Resource::queues, Resource::lines,    Resource::audio};
    if (std::ranges::none_of(source, anything))
        doubts.push_back(
            "the caller reaches nothing of the switch and the sound, and its webhooks tell of neither. Give "
            "--scope" +
            plural + " agents:read, calls:read, switch:read or audio:read besides");
    if (caller.role != Role::integration && !caller.scopes.empty())
        doubts.push_back("--scope" + plural +
                         " holds an integration alone: this caller may do all that its role may. Give "
                         "--role integration, or another role");
    if (caller.role == Role::admin && !caller.groups.contains(identity::everyGroup))
        doubts.push_back("--group" + plural +
                         " does not hold an admin, who sees and changes everything. Give --role "
                         "supervisor");
    return doubts;
}

void noteInAudit(const host::Configuration& c, const char* action, const std::string& object,
                 std::optional<std::string> detail) {
    const auto noted = events::noteInAudit(c.journal.path, {.actor = "deskline " + std::string(action),
                                                            .action = action,
                                                            .outcome = "succeeded",
                                                            .object = object,
                                                            .detail = std::move(detail)});
    if (!noted) host::say("deskline: it was done, but the audit does not know of it: " + noted.error().detail);
}

}  // namespace deskline::cli
