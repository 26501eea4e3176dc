#include "cli/callers.hpp"

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
