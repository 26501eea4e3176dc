#include "host/privacy.hpp"

#include <spdlog/spdlog.h>

#include "model/host_text.hpp"

namespace deskline::host {

std::vector<Kept> keptBy(const Configuration& c) {
    std::vector<Kept> all{{c.server.dataDir, true}, {c.identity.localKey, true}, {c.identity.keys, true}};
    if (c.server.privateKey.empty()) all.push_back({c.server.dataDir / u8"private-key.pem", true});
    for (const auto* part : {u8"", u8"-wal", u8"-shm"})
        all.push_back({std::filesystem::path(c.journal.path) += part, true});
    const bool keysFromFile = !c.identity.jwks.starts_with("https://");
    for (const auto& believed : {c.file, c.server.clientAuthorities, c.server.clientRevocations,
                                 keysFromFile ? pathOf(c.identity.jwks) : std::filesystem::path(),
                                 c.identity.authorities, c.webhooks.authorities})
        if (!believed.empty()) all.push_back({.path = believed, .secret = false, .lent = true});
    if (!c.server.privateKey.empty()) all.push_back({.path = c.server.privateKey, .lent = true});
    return all;
}

bool holdsNoFolder(const std::filesystem::path& path) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(path, error))
        if (entry.is_directory(error)) return false;
    return true;
}

std::vector<Exposed> exposedAtStart(const Configuration& c) {
    return exposed(keptBy(c), c.server.dataDir, Asks::start);
}

std::vector<std::string> notToBeBelieved(const std::vector<Exposed>& all) {
    std::vector<std::string> refused;
    for (const auto& file : all)
        if (file.writable)
            refused.push_back(file.finding + ", who may have changed it: look what it holds, then `" + file.remedy +
                              "`.");
    return refused;
}

void secure(const std::vector<Exposed>& all) {
    for (const auto& file : all) {
        if (file.writable) continue;
        if (file.mendable && mend(file))
            spdlog::warn("{}; that was taken from them, but somebody may have read it before", file.finding);
        else if (file.lent)
            spdlog::info("{}: that account may change it", file.finding);
        else
            spdlog::warn("{}: `{}`", file.finding, file.remedy);
    }
}

std::vector<Finding> diagnosePrivacy(const Configuration& c) {
    std::vector<Finding> findings;
    for (const auto& file : exposed(keptBy(c), c.server.dataDir, Asks::doctor)) {
        const auto* meaning =
            file.account ? "The gateway starts if it runs as that account, and does not if it runs as another."
            : file.writable
                ? "Others may change keys, revocations, events or the configuration. The gateway does not start."
            : file.mendable ? "Others may read secrets there. The gateway takes that from them when it starts."
                            : "Others may read secrets there.";
        if (file.lent)
            findings.push_back({"privacy", Severity::ok, file.finding + ".", "That account may change it.", ""});
        else
            findings.push_back({"privacy", file.writable ? Severity::failed : Severity::degraded, file.finding + ".",
                                meaning, file.remedy});
    }
    if (findings.empty())
        findings.push_back(
            {"privacy", Severity::ok,
             "What Deskline keeps is for its own account alone, and nobody else may change what it believes.", "", ""});
    return findings;
}

}  // namespace deskline::host
