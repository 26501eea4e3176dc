#include "serve.hpp"

#include <spdlog/spdlog.h>

#include <atomic>

#include "access.hpp"
#include "api/source_readiness.hpp"
#include "app/services.hpp"
#include "audio/simulated/simulated_audio.hpp"
#include "automation/statistics_poll.hpp"
#include "events/ledger.hpp"
#include "host/arguments.hpp"
#include "host/descriptors.hpp"
#include "host/ending.hpp"
#include "host/logging.hpp"
#include "host/privacy.hpp"
#include "host/signals.hpp"
#include "instance.hpp"
#include "model/failpoint.hpp"
#include "net/listener.hpp"
#include "net/pages/pages.hpp"
#include "net/transport/certificate_files.hpp"
#include "telephony/simulated/simulated_telephony.hpp"
#ifdef _WIN32
#include "audio/coreaudio/core_audio.hpp"
#include "telephony/tapi3/tapi3_telephony.hpp"
#endif

namespace deskline {
namespace {

constexpr auto callsPatience = std::chrono::seconds(5);     // for calls that the switch is carrying out
constexpr auto sourcesPatience = std::chrono::seconds(2);   // beside that, for the sources to let go
constexpr auto journalPatience = std::chrono::seconds(10);  // for what has been recorded to be written

std::unique_ptr<telephony::Telephony> makeTelephony(const host::Configuration& c) {
    const auto calls = static_cast<std::size_t>(c.telephony.maxCallsInFlight);
    if (c.telephony.source == "simulated")
        return std::make_unique<telephony::SimulatedTelephony>(telephony::SimulatedOptions{
            {c.telephony.traffic, static_cast<std::uint64_t>(c.telephony.seed), static_cast<int>(c.telephony.agents)},
            calls,
            static_cast<unsigned short>(c.telephony.console)});
#ifdef _WIN32
    if (c.telephony.source == "tapi3")
        return std::make_unique<telephony::Tapi3Telephony>(telephony::Tapi3Options{c.telephony.handler, calls});
#endif
    return nullptr;
}

std::unique_ptr<audio::Audio> makeAudio(const host::Configuration& c) {
    if (c.audio.source == "simulated")
        return std::make_unique<audio::SimulatedAudio>(static_cast<unsigned short>(c.audio.console));
#ifdef _WIN32
    if (c.audio.source == "coreaudio") return std::make_unique<audio::CoreAudio>();
#endif
    return nullptr;
}

api::Reasons reasonsOf(const host::Configuration& c) {
    api::Reasons reasons{{{SessionState::not_ready, c.reasons.notReady},
                          {SessionState::ready, c.reasons.ready},
                          {SessionState::busy_wrapup, c.reasons.busyWrapup},
                          {SessionState::session_ended, c.reasons.sessionEnded}},
                         {}};
    for (const auto& state : c.reasons.required)
        reasons.required.insert(named<SessionState>(state).value_or(SessionState::unknown));
    return reasons;
}

std::vector<std::chrono::seconds> durations(const std::vector<std::int64_t>& seconds) {
    std::vector<std::chrono::seconds> all;
    all.reserve(seconds.size());
    for (const auto count : seconds) all.emplace_back(count);
    return all;
}

automation::PresenceOptions presenceOf(const host::Configuration& c) {
    return {std::chrono::seconds(c.presence.notReadyAfter),
            std::chrono::seconds(c.presence.signOutAfter),
            {c.presence.exemptAgents.begin(), c.presence.exemptAgents.end()}};
}

// What the page needs to know to sign somebody in at the identity provider.
std::string signInOf(const host::Configuration& c) {
    if (c.identity.clientId.empty()) return {};
    return boost::json::serialize(boost::json::object{{"issuer", c.identity.issuer},
                                                      {"clientId", c.identity.clientId},
                                                      {"scope", c.identity.clientScope},
                                                      {"audience", c.identity.audience}});
}

}  // namespace

net::TlsOptions tlsFiles(const host::Configuration& c) {
    const std::filesystem::path data(c.server.dataDir);
    const auto& given = c.server;
    net::TlsOptions files{given.certificate, given.privateKey, given.clientAuthorities, given.clientRevocations};
    if (!c.server.certificate.empty()) return files;
    files.certificate = data / "certificate.pem";
    files.key = data / "private-key.pem";
    return files;
}

int serve(const host::Configuration& c) {
    host::Signals signals;
#ifndef _WIN32
    if (c.telephony.source == "tapi3" || c.audio.source == "coreaudio")
        return host::failed(
            {"configuration",
             "[telephony] source = \"tapi3\" and [audio] source = \"coreaudio\" are only to be had on Windows."});
#endif
    auto instance = Instance::take(c);  // first of all, and until the end
    if (!instance) return host::failed(instance.error());
    failpoint("start.locked");
    if (const auto exposed = host::secure(c); !exposed.empty()) {
        for (const auto& line : exposed) host::say("deskline: " + line);
        return 1;
    }
    const auto files = tlsFiles(c);
    const bool own = c.server.certificate.empty();
    const auto certificate = files.certificate.string();
    if (own) {
        const auto made = net::makeCertificate(files.certificate, files.key, c.server.name);
        if (!made) return host::failed(made.error());
    }
    net::Certificates certificates(files);
    auto tls = certificates.open();
    if (!tls) return host::failed(tls.error());
    auto trustedProxies = net::Networks::parse(c.server.trustedProxies);
    if (!trustedProxies) return host::failed(trustedProxies.error());
    auto access = openAccess(c);
    if (!access) return host::failed(access.error());
    auto journal = instance->noJournal()
                       ? Result<std::unique_ptr<events::Journal>>(*instance->noJournal())
                       : events::Journal::open({c.journal.path,
                                                c.journal.sync == "full",
                                                static_cast<int>(c.journal.retentionDays),
                                                static_cast<std::uint64_t>(c.journal.retentionSize),
                                                {static_cast<int>(c.journal.auditRetentionDays),
                                                 static_cast<std::uint64_t>(c.journal.auditRetentionSize)},
                                                !instance->wasDurable()});
    instance->durable(journal &&
                      !(*journal)->waits());  // else the next start has to know that what is told is in no journal
    if (!journal) {
        journal = events::Journal::openVolatile(journal.error(), c.journal.path);
        spdlog::error("{} Events are served but not durable.", (*journal)->refusal()->detail);
    }

    failpoint("start.opened");
    if (signals.asked() > 0) return 0;
    const auto wanted = static_cast<std::size_t>(c.server.maxConnections);
    const auto shardCount = host::shardsOf(c);
    const auto share = host::shareOf(host::raiseDescriptors(), wanted, shardCount);
    if (share.connections < wanted) {
        const auto finding = host::checkDescriptors(wanted, shardCount);
        spdlog::warn("{} {} {}", finding.finding, finding.meaning, finding.remedy);
    }
    events::Hub hub;
    net::Shards shards =
        net::makeShards(hub, shardCount);  // before all that may have something to tell them, and destroyed after it
    events::Ledger ledger(c.server.name, std::move(*journal), hub);
    const auto telephony = makeTelephony(c);
    const auto audio = makeAudio(c);
    std::optional<outbound::HttpsClient> poster;
    try {
        poster.emplace(outbound::ClientOptions{c.webhooks.allowPrivateNetworks, c.webhooks.authorities, "webhooks",
                                               std::chrono::seconds(c.webhooks.timeout)});
    } catch (const std::exception& error) {
        return host::failed({"configuration", error.what()});
    }
    Services services(ledger, telephony.get(), audio.get(), *access->authenticator,
                      {.name = c.server.name,
                       .basePath = c.server.basePath,
                       .journal = c.journal.path,
                       .freeFailures = static_cast<int>(c.identity.freeFailures),
                       .rateLimit = c.server.rateLimit,
                       .agentsMayControl = c.audio.agentsMayControl,
                       .reasons = reasonsOf(c),
                       .presence = presenceOf(c),
                       .webhooks = {c.webhooks.allowPrivateNetworks, durations(c.webhooks.retries)}},
                      [&poster](outbound::Post post, std::function<void(outbound::PostOutcome)> done) {
                          poster->post(std::move(post), std::move(done));
                      });
    auto& context = services.context;
    net::Site site{.api = context,
                   .tls = std::move(*tls),
                   .names = {c.server.names.begin(), c.server.names.end()},
                   .allowedOrigins = {c.server.allowedOrigins.begin(), c.server.allowedOrigins.end()},
                   .trustedProxies = *trustedProxies,
                   .peers{{static_cast<std::size_t>(c.server.connectionsPerAddress),
                           static_cast<std::size_t>(c.server.handshakesPerSecond)},
                          *trustedProxies},
                   .streamPlaces = net::Shares(static_cast<std::size_t>(c.server.streamsPerAccount)),
                   .contentPolicy = net::contentPolicy(c.identity.issuer, c.server.frameAncestors),
                   .signIn = signInOf(c),
                   .queueLimit = static_cast<std::size_t>(c.server.queueLimit),
                   .maxConnections = share.connections,
                   .crowd = share.crowd,
                   .heartbeatSeconds = static_cast<int>(c.server.heartbeat),
                   .compression = c.server.compression,
                   .compressionThreshold = static_cast<std::size_t>(c.server.compressionThreshold)};
    if (audio) site.meters.tell([&audio](bool watched) { audio->meter(watched ? 20 : 0); });
    net::Server server(site, shards);
    const auto address = server.listen(c.server.listen);
    if (!address) return host::failed(address.error());

    ledger.tellDurable([&instance](bool durable) { instance->durable(durable); });
    ledger.start();
    const auto report = [&ledger, &readiness = context.readiness](Fact fact) {
        api::tellSource(readiness, fact);
        ledger.record(std::move(fact));
    };
    if (telephony) api::expectSource(context.readiness, Source::telephony);
    if (audio) api::expectSource(context.readiness, Source::audio);
    try {
        if (telephony) telephony->start(report);
        if (audio) audio->start(report);
    } catch (const std::exception& error) {
        // These three work with what is destroyed before them.
        if (telephony) telephony->stop(std::chrono::milliseconds(0));
        if (audio) audio->stop();
        ledger.stop();
        return host::failed({"configuration", error.what()});
    }
    std::optional<automation::StatisticsPoll> poll;
    bool conflict = false;
    if (signals.asked() == 0) {
        server.start();
        if (telephony)
            poll.emplace(*telephony, std::chrono::seconds(c.telephony.statisticsInterval),
                         [&site, &context] { return site.streams > 0 || context.interest.lasts(); });
        if (own)
            if (const auto facts = net::inspectCertificate(files.certificate))
                spdlog::info("certificate {} (own, self-signed), SHA-256 {}", certificate, facts->fingerprint);
        spdlog::info("telephony: {}, audio: {}, journal: {} (sync {}), shards: {}", c.telephony.source, c.audio.source,
                     c.journal.path, c.journal.sync, shardCount);
        failpoint("start.listening");
        instance->listensAt(*address);
        host::say("listening on " + *address);
        signals.wait([&](bool anyway) {
            server.seeToIt();
            certificates.rotateTicketKeys();
            context.tickets.sweep(std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch()).count());
            const bool renewed = certificates.renew(site.tls, anyway);
            if (access->authenticator->tick() || renewed) server.askAgain();
            for (const auto& [check, fault] : certificates.faults()) context.readiness.tell(check, fault);
            tellReadiness(*access, context.readiness);
            conflict = ledger.health().conflict;
            return !conflict;
        });
    }

    spdlog::info("ending: new commands are refused, calls in flight have {} s", callsPatience.count());
    const auto hurried = [&signals] { return signals.asked() > 1; };  // asked once more: nothing is waited for
    services.draining = true;
    std::atomic<bool> whole = true;  // false: a thread is still inside something, and uses what would be destroyed
    const auto sourcesEnd = [&] {
        poll.reset();
        std::vector<std::string> left;
        if (telephony) left = telephony->stop(callsPatience);
        for (const auto& call : left) spdlog::warn("left behind, its outcome unknown: {}", call);
        if (!left.empty()) whole = false;
        if (audio) audio->stop();
    };
    if (!host::within(callsPatience + sourcesPatience, sourcesEnd, hurried)) {
        spdlog::warn("left behind: a call into the switch or the sound system has not returned");
        whole = false;
    }
    if (!server.stop(std::chrono::seconds(c.server.drainSeconds), hurried)) whole = false;
    if (!host::within(
            journalPatience, [&ledger] { ledger.stop(); }, [] { return false; })) {
        spdlog::error("the journal has not taken what was recorded within {} s; that is lost", journalPatience.count());
        whole = false;
    }
    poster->stop();
    if (access->client) access->client->stop();
    access->authenticator->stop();
    spdlog::info("ended");
    if (!whole) {
        host::abandonProcess(conflict ? 1 : 0);
    }
    return conflict ? 1 : 0;
}

}  // namespace deskline
