#include "doctor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <iostream>

#include "host/descriptors.hpp"
#include "host/privacy.hpp"
#include "host/rights.hpp"
#include "model/files.hpp"
#include "model/json.hpp"
#include "net/transport/tls_context.hpp"
#ifdef _WIN32
#include "audio/coreaudio/diagnosis.hpp"
#include "telephony/tapi3/diagnosis.hpp"
#endif

namespace deskline {
namespace {

Finding checkCertificate(const host::Configuration& c) {
    if (c.server.certificate.empty())
        return {"certificate", Severity::ok, "No certificate is configured: a self-signed one is made at first start.", "Browsers warn until it is trusted.",
                "For production, set [server] certificate and private_key."};
    net::TicketKeys ticketKeys;
    if (const auto context =
            net::makeTlsContext({c.server.certificate, c.server.privateKey, c.server.clientAuthorities, c.server.clientRevocations}, ticketKeys);
        !context)
        return {"certificate", Severity::failed, context.error().detail, "The gateway cannot start.", "Correct [server] certificate and private_key."};
    const auto facts = net::inspectCertificate(c.server.certificate);
    if (!facts) return {"certificate", Severity::failed, facts.error().detail, "The gateway cannot start.", "Correct [server] certificate."};
    const auto days = std::to_string(facts->daysLeft);
    if (facts->daysLeft < 0) return {"certificate", Severity::degraded, "The certificate has expired.", "Clients refuse to connect.", "Renew it."};
    if (facts->daysLeft < 14)
        return {"certificate", Severity::degraded, "The certificate expires in " + days + " days.", "Clients will refuse to connect.", "Renew it."};
    return {"certificate", Severity::ok, "The certificate (" + facts->subject + ") is valid for " + days + " days.", "", ""};
}

Finding checkPort(const host::Configuration& c) {
    namespace asio = boost::asio;
    const auto colon = c.server.listen.rfind(':');
    boost::system::error_code error;
    auto host = c.server.listen.substr(0, colon);
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    const auto address = asio::ip::make_address(host, error);
    const int port = colon == std::string::npos ? -1 : std::atoi(c.server.listen.c_str() + colon + 1);
    if (error || port < 0 || port > 65535)
        return {"port", Severity::failed, "[server] listen = \"" + c.server.listen + "\" is no address and port.", "The gateway cannot start.",
                "Write it as 127.0.0.1:8443."};
    asio::io_context io;
    asio::ip::tcp::acceptor acceptor(io);
    acceptor.open(address.is_v6() ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), error);
    if (!error) acceptor.bind({address, static_cast<unsigned short>(port)}, error);
    if (error == asio::error::address_in_use)
        return {"port", Severity::failed, c.server.listen + " is in use.", "The gateway cannot start while another program (or a running Deskline) holds it.",
                "End the other program, or choose another port."};
    if (error)
        return {"port", Severity::failed, c.server.listen + " cannot be listened on: " + error.message() + ".", "The gateway cannot start.",
                "Choose an address of this host."};
    return {"port", Severity::ok, c.server.listen + " is free.", "", ""};
}

Finding checkData(const host::Configuration& c) {
    const std::filesystem::path folder(c.server.dataDir);
    std::error_code error;
    const auto probe = nameBeside(folder / "doctor");
    const auto made = makeFolder(folder);
    const auto written = made ? createPrivate(probe, "x") : made.error();
    std::filesystem::remove(probe, error);
    if (!written || !*written)
        return {"data", Severity::failed, "The folder " + c.server.dataDir + " cannot be written. " + (written ? "" : written.error().detail),
                "Neither journal nor keys can be kept there.", "Give Deskline's account the right to write, or set [server] data_dir."};
    const auto space = std::filesystem::space(folder, error);
    if (!error && space.available < (1ULL << 30))
        return {"data", Severity::degraded, "Less than 1 GiB is free at " + c.server.dataDir + ".", "The journal may fill the disk.",
                "Make room, or lower [journal] retention_size."};
    return {"data", Severity::ok, "The folder " + c.server.dataDir + " can be written.", "", ""};
}

Finding checkClock() {
    if (now() < Time(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)))
        return {"clock", Severity::degraded, "The clock says " + toRfc3339(now()) + ".", "Tokens and certificates will not be valid.",
                "Set the clock, and keep it by NTP."};
    return {"clock", Severity::ok, "The clock says " + toRfc3339(now()) + ".", "", ""};
}

}  // namespace

int doctor(const host::Configuration& c, bool json) {
    std::vector<Finding> findings = host::diagnoseProcess();
    findings.push_back(checkClock());
    findings.push_back(checkData(c));
    for (auto& finding : host::diagnosePrivacy(c)) findings.push_back(std::move(finding));
    findings.push_back(checkCertificate(c));
    findings.push_back(checkPort(c));
    findings.push_back(host::checkDescriptors(static_cast<std::size_t>(c.server.maxConnections)));
    const auto add = [&](std::vector<Finding> more) { findings.insert(findings.end(), more.begin(), more.end()); };
#ifdef _WIN32
    if (c.telephony.source == "tapi3") add(telephony::diagnoseTapi());
    if (c.audio.source == "coreaudio") add(audio::diagnoseCoreAudio());
#endif
    if (c.telephony.source != "tapi3") add({{"telephony", Severity::ok, "The telephony source is \"" + c.telephony.source + "\".", "", ""}});
    if (c.audio.source != "coreaudio") add({{"audio", Severity::ok, "The audio source is \"" + c.audio.source + "\".", "", ""}});
    auto worst = Severity::ok;
    for (const auto& finding : findings) worst = std::max(worst, finding.severity);
    if (json) {
        std::cout << boost::json::serialize(boost::json::object{{"verdict", name(worst)}, {"findings", toJson(findings)}}) << "\n";
        return static_cast<int>(worst);
    }
    for (const auto& finding : findings) {
        std::cout << (finding.severity == Severity::ok         ? "ok        "
                      : finding.severity == Severity::degraded ? "degraded  "
                                                               : "FAILED    ")
                  << finding.area << ": " << finding.finding << "\n";
        if (!finding.meaning.empty()) std::cout << "          " << finding.meaning << "\n";
        if (!finding.remedy.empty()) std::cout << "          What to do: " << finding.remedy << "\n";
    }
    std::cout << (worst == Severity::ok         ? "Everything is in order.\n"
                  : worst == Severity::degraded ? "Deskline serves, but not all of it works.\n"
                                                : "Deskline cannot serve.\n");
    return static_cast<int>(worst);
}

}  // namespace deskline
