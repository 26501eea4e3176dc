// The whole configuration file; where the input begins with "environment\n", its lines are variables instead:
// KEY=value.
#include "host/configuration_reader.hpp"

#include <map>

#include "fuzz.hpp"

namespace deskline::fuzz {

void one(std::string_view input) {
    static const Folder folder;
    constexpr std::string_view mark = "environment\n";
    std::map<std::string, std::string> variables;
    std::filesystem::path file;
    if (input.starts_with(mark)) {
        input.remove_prefix(mark.size());
        while (!input.empty()) {
            const auto variable = line(input);
            const auto equals = variable.find('=');
            if (equals != std::string_view::npos)
                variables["DESKLINE_" + std::string(variable.substr(0, equals))] = variable.substr(equals + 1);
        }
    } else {
        file = folder.write("deskline.toml", input);
    }
    host::Configuration c;
    const auto mistakes = host::read(c, file, [&](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
    for (const auto& mistake : mistakes) HOLDS(!mistake.where.empty() && !mistake.detail.empty());
    HOLDS(host::text(mistakes).empty() == mistakes.empty());
    if (!mistakes.empty()) return;
    const auto within = [](auto value, auto least, auto most) { return value >= least && value <= most; };
    HOLDS(within(c.server.drainSeconds, 0, 600) && within(c.server.heartbeat, 1, 60) &&
          within(c.server.shards, 0, 256));
    HOLDS(within(c.server.maxConnections, 1, 1'000'000) && c.server.queueLimit >= 16'384 &&
          c.journal.retentionSize >= 1 << 20);
    HOLDS(within(c.telephony.traffic, 0.0, 1000.0) && within(c.journal.retentionDays, 1, 3650));
    for (const auto seconds : c.webhooks.retries) HOLDS(within(seconds, 1, 86'400));
    HOLDS(c.server.basePath.empty() || (c.server.basePath.starts_with('/') && !c.server.basePath.ends_with('/')));
    HOLDS(c.server.certificate.empty() == c.server.privateKey.empty());
    for (const auto& entry : c.identity.roles) HOLDS(!host::roleNames(entry).second.empty());
}

}  // namespace deskline::fuzz
