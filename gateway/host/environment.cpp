#include "host/environment.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "host/configuration_keys.hpp"
#include "host/nearest.hpp"
#include "model/text.hpp"

namespace deskline::host {
namespace {

constexpr std::string_view prefix = "DESKLINE_";

// Variables that are for others than the configuration, by what follows the prefix; "…_": all that begin so. A test
// looks for each that `run`, `test` and the tests read.
constexpr std::string_view otherwiseRead[] = {
    "ALLOCATION_", "BENCH_", "CACHE",  "DOUBLE_", "E2E_SECONDS",     "EVIDENCE", "FAILPOINT", "FUZZ", "FUZZ_",  "KILLS",
    "MODEL_",      "OUTAGE", "POINTS", "PROGRAM", "RECONNECT_STORM", "RECORD",   "RUN_",      "SEED", "TARGET",
};

// Kubernetes sets <SERVICE>_SERVICE_HOST for each Service of the namespace, and with it <SERVICE>_SERVICE_PORT… and
// <SERVICE>_PORT…: also for one that is called deskline, or deskline-web. Source: Kubernetes, "Service", environment
// variables.
bool isOfService(std::string_view name, const std::vector<std::string>& all) {
    constexpr std::string_view host = "_SERVICE_HOST";
    return std::ranges::any_of(all, [&](std::string_view other) {
        if (!other.ends_with(host)) return false;
        const auto service = other.substr(0, other.size() - host.size());
        if (!name.starts_with(service)) return false;
        const auto rest = name.substr(service.size());
        return rest == "_PORT" || rest.starts_with("_PORT_") || rest.starts_with("_SERVICE_");
    });
}

bool isReadOtherwise(std::string_view name) {
    name.remove_prefix(prefix.size());
    return std::ranges::any_of(otherwiseRead, [&](std::string_view known) {
        return known.ends_with('_') ? name.starts_with(known) : name == known;
    });
}

}  // namespace

std::string variableOf(const std::string& key) {
    std::string name(prefix);
    for (const char c : key) name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

std::vector<UnreadVariable> unreadVariables(const std::vector<std::string>& names) {
    std::vector<std::string> known;
    for (const auto& key : keys()) known.push_back(variableOf(key));
    std::vector<UnreadVariable> unread;
    for (const auto& name : names)
        if (name.starts_with(prefix) && !isReadOtherwise(name) && !isOfService(name, names) &&
            std::ranges::find(known, name) == known.end())
            unread.push_back({printable(name), nearest(name, known)});
    return unread;
}

std::string text(const UnreadVariable& variable) {
    return "the environment variable " + variable.name +
           " names no key of the configuration and changes nothing; the nearest is " + variable.nearest;
}

}  // namespace deskline::host
