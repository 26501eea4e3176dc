#include "serve.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <iostream>

#include "access.hpp"
#include "api/commands.hpp"
#include "api/doubts.hpp"
#include "api/key_uses.hpp"
#include "api/pending_states.hpp"
#include "api/poll.hpp"
#include "api/presence.hpp"
#include "audio/simulated/simulated_audio.hpp"
#include "events/ledger.hpp"
#include "api/webhooks.hpp"
#include "host/privacy.hpp"
#include "instance.hpp"
#include "net/certificates.hpp"
#include "net/server.hpp"
#include "telephony/simulated/simulated_telephony.hpp"
#ifdef _WIN32
#include "audio/coreaudio/core_audio.hpp"
#include "telephony/tapi3/tapi3_telephony.hpp"
#endif

namespace deskline {
namespace {

constexpr auto callsPatience = std::chrono::seconds(5);

std::unique_ptr<telephony::Telephony> makeTelephony(const host::Configuration& c) {
    const auto calls = static_cast<std::size_t>(c.telephony.maxCallsInFlight);
    if (c.telephony.source == "simulated")
        return std::make_unique<telephony::SimulatedTelephony>(
            telephony::SimulatedOptions{{c.telephony.traffic, static_cast<std::uint64_t>(c.telephony.seed), static_cast<int>(c.telephony.agents)},
                                        calls,
                                        static_cast<unsigned short>(c.telephony.console)});
#ifdef _WIN32
    if (c.telephony.source == "tapi3") return std::make_unique<telephony::Tapi3Telephony>(telephony::Tapi3Options{c.telephony.handler, calls});
#endif
    return nullptr;
}

std::unique_ptr<audio::Audio> makeAudio(const host::Configuration& c) {
    if (c.audio.source == "simulated") return std::make_unique<audio::SimulatedAudio>(static_cast<unsigned short>(c.audio.console));
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
    for (const auto& state : c.reasons.required) reasons.required.insert(named<SessionState>(state).value_or(SessionState::unknown));
    return reasons;
}

std::vector<std::chrono::seconds> durations(const std::vector<std::int64_t>& seconds) {
    std::vector<std::chrono::seconds> all;
    all.reserve(seconds.size());
    for (const auto count : seconds) all.emplace_back(count);
    return all;
}

api::PresenceOptions presenceOf(const host::Configuration& c) {
    return {std::chrono::seconds(c.presence.notReadyAfter),
            std::chrono::seconds(c.presence.signOutAfter),
            {c.presence.exemptAgents.begin(), c.presence.exemptAgents.end()}};
}

int refuse(const Fault& fault) {
    std::cerr << "deskline: " << fault.detail << "\n";
    return 1;
}

// What the page needs to know to sign somebody in at the identity provider.
std::string signInOf(const host::Configuration& c) {
    if (c.identity.clientId.empty()) return {};
    return boost::json::serialize(boost::json::object{
        {"issuer", c.identity.issuer}, {"clientId", c.identity.clientId}, {"scope", c.identity.clientScope}, {"audience", c.identity.audience}});
}

// Until the process is asked to end. Once a second, and at SIGHUP `anyway`: looks after files that may have changed. False: it has to end.
void wait(const std::function<bool(bool anyway)>& look) {
    boost::asio::io_context waiting(1);
    boost::asio::signal_set ends(waiting, SIGINT, SIGTERM);
    ends.async_wait([&](auto, int) { waiting.stop(); });
#ifndef _WIN32
    boost::asio::signal_set again(waiting, SIGHUP);
    std::function<void()> listen = [&] {
        again.async_wait([&](auto error, int) {
            if (error) return;
            if (look(true)) return listen();
            waiting.stop();
        });
    };
    listen();
#endif
    boost::asio::steady_timer timer(waiting);
    std::function<void()> turn = [&] {
        timer.expires_after(std::chrono::seconds(1));
        timer.async_wait([&](auto error) {
            if (error) return;
            if (look(false)) return turn();
            waiting.stop();
        });
    };
    if (!look(false)) return;
    turn();
    waiting.run();
}

}  // namespace

int serve(const host::Configuration& c) {
#ifndef _WIN32
    std::signal(SIGPIPE, SIG_IGN);  // a client that is gone is an error of its connection, not of the process
    if (c.telephony.source == "tapi3" || c.audio.source == "coreaudio")
        return refuse({"configuration", "[telephony] source = \"tapi3\" and [audio] source = \"coreaudio\" are only to be had on Windows."});
#endif
    const auto instance = Instance::take(c);  // first of all, and until the end
    if (!instance) return refuse(instance.error());
    if (const auto exposed = host::secure(c); !exposed.empty()) {
        for (const auto& line : exposed) std::cerr << "deskline: " << line << "\n";
        return 1;
    }
    const std::filesystem::path data(c.server.dataDir);
    const bool own = c.server.certificate.empty();
    const auto certificate = own ? data / "certificate.pem" : std::filesystem::path(c.server.certificate),
               key = own ? data / "private-key.pem" : std::filesystem::path(c.server.privateKey);
    if (own)
        if (const auto made = net::makeCertificate(certificate, key, c.server.name); !made) return refuse(made.error());
    net::Certificates certificates({certificate, key, c.server.clientAuthorities, c.server.clientRevocations});
    auto tls = certificates.open();
    if (!tls) return refuse(tls.error());
    auto trustedProxies = net::Networks::parse(c.server.trustedProxies);
    if (!trustedProxies) return refuse(trustedProxies.error());
    auto access = openAccess(c);
    if (!access) return refuse(access.error());
    auto journal = instance->noJournal() ? Result<std::unique_ptr<events::Journal>>(*instance->noJournal())
                                         : events::Journal::open({c.journal.path, c.journal.sync == "full", static_cast<int>(c.journal.retentionDays),
                                                                  static_cast<std::uint64_t>(c.journal.retentionSize)});
    if (!journal) {
        spdlog::error("{} Events are served but not durable.", journal.error().detail);
        journal = events::Journal::openVolatile(journal.error());
    }

    events::Hub hub;
    events::Ledger ledger(c.server.name, std::move(*journal), hub);
    const auto telephony = makeTelephony(c);
    const auto audio = makeAudio(c);
    api::Gateway gateway{.name = c.server.name,
                         .basePath = c.server.basePath,
                         .journal = c.journal.path,
                         .ledger = ledger,
                         .telephony = telephony.get(),
                         .audio = audio.get(),
                         .authenticator = access->authenticator.get(),
                         .throttle = identity::Throttle(static_cast<int>(c.identity.freeFailures)),
                         .rate = api::Rate(c.server.rateLimit),
                         .reasons = reasonsOf(c),
                         .policy = identity::Policy(c.audio.agentsMayControl)};
    api::Doubts doubts(gateway);
    api::PendingStates pendingStates(gateway);
    api::Presence presence(gateway, presenceOf(c));
    gateway.presence = &presence;
    api::KeyUses keyUses(gateway);
    for (events::Observer* observer : std::initializer_list<events::Observer*>{&doubts, &pendingStates, &presence, &keyUses}) ledger.observe(*observer);
    ledger.answerWith(api::lateAnswer);
    std::optional<net::Client> poster;
    try {
        poster.emplace(net::ClientOptions{c.webhooks.allowPrivateNetworks, c.webhooks.authorities, "webhooks", std::chrono::seconds(c.webhooks.timeout)});
    } catch (const std::exception& error) {
        return refuse({"configuration", error.what()});
    }
    api::Webhooks webhooks(gateway, {c.webhooks.allowPrivateNetworks, durations(c.webhooks.retries)},
                           [&poster](api::Post post, std::function<void(api::PostOutcome)> done) { poster->post(std::move(post), std::move(done)); });
    gateway.webhooks = &webhooks;
    ledger.observe(webhooks);
    net::Site site{.gateway = gateway,
                   .tls = std::move(*tls),
                   .allowedOrigins = {c.server.allowedOrigins.begin(), c.server.allowedOrigins.end()},
                   .trustedProxies = *trustedProxies,
                   .peers{{static_cast<std::size_t>(c.server.connectionsPerAddress), static_cast<std::size_t>(c.server.handshakesPerSecond)}, *trustedProxies},
                   .contentPolicy = net::contentPolicy(c.identity.issuer, c.server.frameAncestors),
                   .signIn = signInOf(c),
                   .queueLimit = static_cast<std::size_t>(c.server.queueLimit),
                   .maxConnections = static_cast<std::size_t>(c.server.maxConnections),
                   .heartbeatSeconds = static_cast<int>(c.server.heartbeat),
                   .compression = c.server.compression,
                   .compressionThreshold = static_cast<std::size_t>(c.server.compressionThreshold)};
    if (audio) site.meters = [&audio](bool watched) { audio->meter(watched ? 20 : 0); };
    const auto shards = c.server.shards ? static_cast<std::size_t>(c.server.shards) : std::max(1U, std::thread::hardware_concurrency());
    net::Server server(site, hub, shards);
    const auto address = server.listen(c.server.listen);
    if (!address) return refuse(address.error());

    ledger.start();
    const auto report = [&ledger](Fact fact) { ledger.record(std::move(fact)); };
    try {
        if (telephony) telephony->start(report);
        if (audio) audio->start(report);
    } catch (const std::exception& error) {
        return refuse({"configuration", error.what()});
    }
    server.start();
    std::optional<api::FiguresPoll> poll;
    poll.emplace(gateway, std::chrono::seconds(c.telephony.statisticsInterval), [&site] { return site.streams > 0; });
    if (own)
        if (const auto facts = net::inspectCertificate(certificate))
            spdlog::info("certificate {} (own, self-signed), SHA-256 {}", certificate.string(), facts->fingerprint);
    spdlog::info("telephony: {}, audio: {}, journal: {} (sync {}), shards: {}", c.telephony.source, c.audio.source, c.journal.path, c.journal.sync, shards);
    instance->listensAt(*address);
    std::cerr << "listening on " << *address << std::endl;

    wait([&](bool anyway) {
        certificates.rotateTicketKeys();
        const bool renewed = certificates.renew(site, anyway);
        if (access->authenticator->tick() || renewed) server.askAgain();
        for (const auto& [check, fault] : certificates.faults()) gateway.readiness.tell(check, fault);
        tellReadiness(*access, gateway.readiness);
        return !ledger.health().conflict;
    });
    const bool conflict = ledger.health().conflict;

    spdlog::info("ending: new commands are refused, calls in flight have {} s", callsPatience.count());
    gateway.draining = true;
    poll.reset();
    std::vector<std::string> left;
    if (telephony) left = telephony->stop(callsPatience);
    for (const auto& call : left) spdlog::warn("left behind, its outcome unknown: {}", call);
    if (audio) audio->stop();
    server.stop(std::chrono::seconds(c.server.drainSeconds));
    ledger.stop();
    poster.reset();
    access->client.reset();  // what still comes is for shards that are there
    access->authenticator.reset();
    spdlog::info("ended");
    if (!left.empty()) {  // a thread is still inside the switch and uses what would be destroyed now
        spdlog::shutdown();
        std::_Exit(conflict ? 1 : 0);
    }
    return conflict ? 1 : 0;
}

}  // namespace deskline
