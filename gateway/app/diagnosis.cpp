#include "app/diagnosis.hpp"

#include <boost/asio/io_context.hpp>

#include "app/access.hpp"
#include "app/instance.hpp"
#include "app/settings.hpp"
#include "app/sources.hpp"
#include "events/archive.hpp"
#include "host/descriptors.hpp"
#include "host/environment.hpp"
#include "host/platform.hpp"
#include "host/privacy.hpp"
#include "host/rights.hpp"
#include "model/address.hpp"
#include "model/files.hpp"
#include "model/host_text.hpp"
#include "net/transport/listening.hpp"
#include "net/transport/peers.hpp"

namespace deskline {
namespace {

// A finding with which `serve` ends before it listens.
Finding refuses(std::string area, std::string finding, std::string remedy) {
    return {std::move(area), Severity::failed, std::move(finding), "The gateway does not start.", std::move(remedy)};
}

Finding degraded(std::string area, std::string finding, std::string meaning, std::string remedy) {
    return {std::move(area), Severity::degraded, std::move(finding), std::move(meaning), std::move(remedy)};
}

Finding fine(std::string area, std::string finding) {
    Finding found{.area = std::move(area)};
    found.finding = std::move(finding);
    return found;
}

constexpr const char* production = "For production, set [server] certificate and private_key.";

Finding checkCertificate(const host::Configuration& c) {
    const bool own = ownCertificate(c);
    const auto files = tlsFiles(c);
    const auto clients = net::checkClientAuthorities(files);
    const auto* remedy = "Correct [server] client_authorities and client_revocations.";
    if (!clients) return refuses("certificate", clients.error().detail, remedy);
    remedy = own ? "Give Deskline's account the right to read certificate.pem and private-key.pem, or put copies back. "
                   "Where both are moved away they are made anew, and browsers are asked to trust them once more."
                 : "Correct [server] certificate and private_key.";
    if (own) {
        const auto there = net::ownCertificateThere(files.certificate, files.key);
        if (!there) return refuses("certificate", there.error().detail, remedy);
        if (!*there) {
            auto made = fine("certificate", "No certificate is configured: a self-signed one is made at first start.");
            made.meaning = "Browsers warn until it is trusted.";
            made.remedy = production;
            return made;
        }
    }
    net::TicketKeys ticketKeys;
    const auto context = net::makeTlsContext(files, ticketKeys);
    if (!context) return refuses("certificate", context.error().detail, remedy);
    const auto facts = net::inspectCertificate(files.certificate);
    if (!facts) return refuses("certificate", facts.error().detail, remedy);
    const auto days = std::to_string(facts->daysLeft);
    const std::string renew = own ? "Move certificate.pem away: the gateway makes another for its key." : "Renew it.";
    const std::string expired = "The certificate has expired.", soon = "The certificate expires in " + days + " days.";
    if (facts->daysLeft < 0) return degraded("certificate", expired, "Clients refuse to connect.", renew);
    if (facts->daysLeft < 14) return degraded("certificate", soon, "Clients will refuse to connect.", renew);
    auto valid = fine("certificate", "The certificate (" + facts->subject + ") is valid for " + days + " days.");
    if (own) {
        valid.meaning = "It is the gateway's own, self-signed: browsers warn until it is trusted.";
        valid.remedy = production;
    }
    return valid;
}

// `running`: the gateway that has the data folder, as it names itself: "process 4711, since …, at
// https://127.0.0.1:8443".
Finding checkPort(const host::Configuration& c, const std::optional<std::string>& running) {
    boost::asio::io_context io;
    const auto bound = net::bindTo(io, c.server.listen);
    if (bound) return fine("port", c.server.listen + " is free.");
    const auto at = listenAddress(c.server.listen);
    const bool taken = bound.error().symbol == net::portInUse && running && at;
    if (taken && running->ends_with(", at " + net::urlOf(at->address, at->port, c.server.basePath)))
        return fine("port", c.server.listen + ": this gateway, " + *running + ".");
    const auto* remedy = "Set [server] listen to an address of this host and a port that nobody else has.";
    return refuses("port", bound.error().detail, remedy);
}

// Whether the files are there that a start would make otherwise.
bool isComplete(const host::Configuration& c) {
    const auto files = tlsFiles(c);
    const auto lock = c.server.dataDir / u8"gateway.lock";
    std::error_code ignored;
    for (const auto& path : {lock, c.identity.localKey, files.certificate, files.key})
        if (!std::filesystem::exists(path, ignored)) return false;
    return true;
}

constexpr std::uintmax_t leastRoom = 1U << 20;  // bytes: for the files of a first start

Finding checkData(const host::Configuration& c) {
    const auto& folder = c.server.dataDir;
    const auto named = "The folder " + textOf(folder);
    std::error_code error;
    const bool there = std::filesystem::is_directory(folder, error);
    const auto above = mayMake(folder / u8"gateway.lock");
    const auto* room = "Make room on the disk, or set [server] data_dir.";
    const auto* right = "Give Deskline's account the right to write, or set [server] data_dir.";
    if (!there && !above) return refuses("data", named + " cannot be made. " + above.error().detail, right);
    const auto space = std::filesystem::space(there ? folder : *above, error);
    const bool measured = !error;
    const bool full = measured && space.available < leastRoom;
    if (!there && full) return refuses("data", named + " cannot be made: its disk is full.", room);
    const auto probe = nameBeside(folder / u8"doctor");
    const auto written = there ? createPrivate(probe, "x") : Result<bool>(true);
    std::filesystem::remove(probe, error);
    if (!written || !*written) {
        const auto finding = named + " cannot be written. " + (written ? "" : written.error().detail);
        const auto* remedy = !written && written.error().symbol == noRoom ? room : right;
        if (!isComplete(c)) return refuses("data", finding, remedy);
        return degraded("data", finding, "The gateway serves, but neither events nor keys can be kept.", remedy);
    }
    if (measured && space.available < (1ULL << 30))
        return degraded("data", "Less than 1 GiB is free at " + textOf(folder) + ".", "The journal may fill it.",
                        "Make room, or lower [journal] retention_size.");
    return fine("data", named + (there ? " can be written." : " is made at first start."));
}

Finding checkJournal(const host::Configuration& c, const std::optional<Fault>& noLock) {
    const auto& file = c.journal.path;
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(u8".");
    const auto notDurable = [](const std::string& finding) {
        return degraded("journal", finding, "The gateway serves, but no event is durable.",
                        "Give Deskline's account the right to the journal and its folder, or set [journal] path.");
    };
    if (noLock) return notDurable(noLock->detail);
    const auto there = stampOf(file);
    if (!there) return notDurable(there.error().detail);
    if (!*there) {
        std::error_code error;
        const auto whole = [](const std::filesystem::path& path) { return (path / u8"").lexically_normal(); };
        const bool inData = whole(folder) == whole(c.server.dataDir);  // which a start makes
        if (!inData && !std::filesystem::is_directory(folder, error))
            return notDurable("The folder " + textOf(folder) + " is not there, and no start makes it.");
        const auto may = mayMake(file);
        if (!may) return notDurable(may.error().detail);
        return fine("journal", "The journal " + textOf(file) + " is made at first start.");
    }
    bool damaged = false;
    const auto fit = events::inspect(file, damaged);
    if (fit) return fine("journal", "The journal " + textOf(file) + " is whole.");
    if (!damaged) return notDurable(fit.error().detail);
    return degraded("journal", fit.error().detail, "Who resumes a stream begins anew; no history of before is shown.",
                    "Put the last `deskline journal backup` in its place before the next start, where there is one.");
}

// Whether the certificate authorities can be read that the gateway trusts besides the host's when it connects to
// others.
std::optional<Finding> checkAuthorities(const std::string& section, const std::filesystem::path& file) {
    try {
        const outbound::HttpsClient reads({.authorities = file, .section = section});
    } catch (const std::exception& error) {
        return refuses("authorities", error.what(), "Correct [" + section + "] authorities.");
    }
    return std::nullopt;
}

// Settings that reading the configuration does not check, and the start does.
std::vector<Finding> checkSettings(const host::Configuration& c) {
    std::vector<Finding> findings;
    if (const auto networks = net::Networks::parse(c.server.trustedProxies); !networks)
        findings.push_back(refuses("proxies", networks.error().detail, "Correct [server] trusted_proxies."));
    if (auto wrong = checkAuthorities("webhooks", c.webhooks.authorities)) findings.push_back(std::move(*wrong));
    if (c.identity.issuer.empty()) return findings;
    if (auto wrong = checkAuthorities("identity", c.identity.authorities)) findings.push_back(std::move(*wrong));
    return findings;
}

std::vector<Finding> checkEnvironment() {
    std::vector<Finding> findings;
    for (const auto& unread : host::unreadVariables(host::environmentNames()))
        findings.push_back(degraded("configuration", "The environment variable " + unread.name + " names no key.",
                                    "It changes nothing: what it was to set is as the file or the default has it.",
                                    "Set " + unread.nearest + " if that was meant, or take it away."));
    return findings;
}

Finding checkClock() {
    if (now() < Time(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)))
        return {"clock", Severity::degraded, "The clock says " + toRfc3339(now()) + ".",
                "Tokens and certificates will not be valid.", "Set the clock, and keep it by NTP."};
    return {"clock", Severity::ok, "The clock says " + toRfc3339(now()) + ".", "", ""};
}

}  // namespace

std::vector<Finding> diagnose(const host::Configuration& c, bool probe) {
    auto findings = host::diagnoseProcess();
    const auto add = [&](std::vector<Finding> more) { findings.insert(findings.end(), more.begin(), more.end()); };
    add(checkEnvironment());
    findings.push_back(checkClock());
    findings.push_back(checkData(c));
    const auto others = Instance::others(c);
    if (others)
        findings.push_back(fine("gateway", others->data.value_or("None") + " has this data folder."));
    else
        findings.push_back(refuses("gateway", others.error().detail,
                                   "End the other one, or give this one a folder and a journal of its own; their locks "
                                   "must be for Deskline's account to write."));
    add(host::diagnosePrivacy(c));
    findings.push_back(checkCertificate(c));
    add(diagnoseAccess(c));
    findings.push_back(checkJournal(c, others ? others->noJournal : std::nullopt));
    add(checkSettings(c));
    findings.push_back(checkPort(c, others ? others->data : std::nullopt));
    findings.push_back(host::checkDescriptors(static_cast<std::size_t>(c.server.maxConnections), host::shardsOf(c)));
    add(diagnoseSources(c, probe));
    return findings;
}

}  // namespace deskline
