#include "app/application.hpp"

#include <spdlog/spdlog.h>

#include "api/source_readiness.hpp"
#include "app/settings.hpp"
#include "app/sources.hpp"
#include "host/arguments.hpp"
#include "host/ending.hpp"
#include "host/logging.hpp"
#include "model/failpoint.hpp"
#include "model/host_text.hpp"

namespace deskline {
namespace {

constexpr auto callsPatience = std::chrono::seconds(5);     // for calls that the switch is carrying out
constexpr auto sourcesPatience = std::chrono::seconds(2);   // beside that, for the sources to let go
constexpr auto journalPatience = std::chrono::seconds(10);  // for what has been recorded to be written

// Of the process's descriptors; said in the log where there are fewer than [server] max_connections needs.
host::Share shareOfDescriptors(const host::Configuration& c) {
    const auto wanted = static_cast<std::size_t>(c.server.maxConnections);
    const auto shards = host::shardsOf(c);
    const auto share = host::shareOf(host::raiseDescriptors(), wanted, shards);
    if (share.connections < wanted) {
        const auto finding = host::checkDescriptors(wanted, shards);
        spdlog::warn("{} {} {}", finding.finding, finding.meaning, finding.remedy);
    }
    return share;
}

void logStart(const host::Configuration& c) {
    const auto files = tlsFiles(c);
    if (ownCertificate(c))
        if (const auto facts = net::inspectCertificate(files.certificate))
            spdlog::info("certificate {} (own, self-signed), SHA-256 {}", textOf(files.certificate),
                         facts->fingerprint);
    spdlog::info("telephony: {}, audio: {}, journal: {} (sync {}), shards: {}", c.telephony.source, c.audio.source,
                 textOf(c.journal.path), c.journal.sync, host::shardsOf(c));
}

}  // namespace

Application::Application(const host::Configuration& configuration, Instance& instance, Opened opened)
    : configuration_(configuration),
      instance_(instance),
      opened_(std::move(opened)),
      share_(shareOfDescriptors(configuration)),
      shards_(net::makeShards(hub_, host::shardsOf(configuration))),
      ledger_(configuration.server.name, std::move(opened_.journal), hub_),
      telephony_(makeTelephony(configuration)),
      audio_(makeAudio(configuration)),
      poster_(webhookClientOptions(configuration)),
      services_(ledger_, telephony_.get(), audio_.get(), *opened_.access.authenticator, serviceOptions(configuration),
                [this](outbound::Post post, std::function<void(outbound::PostOutcome)> done) {
                    poster_.post(std::move(post), std::move(done));
                }),
      serverContext_(makeServerContext(configuration, services_.context, shards_, std::move(opened_.tls),
                                       opened_.trustedProxies, share_)),
      server_(serverContext_) {
    if (audio_) serverContext_.meters.onChange([this](bool watched) { audio_->meter(watched ? 20 : 0); });
    ledger_.tellDurable([this](bool durable) { instance_.durable(durable); });
}

int Application::run(host::Signals& signals) {
    if (const auto started = start(); !started) return host::failed(started.error());
    if (signals.asked() == 0) serve(signals);
    drain(signals);
    stop();
    const int code = conflict_ ? 1 : 0;
    if (!whole_) host::abandonProcess(code);
    return code;
}

Result<void> Application::start() {
    const auto address = server_.listen(configuration_.server.listen);
    if (!address) return address.error();
    address_ = *address;
    ledger_.start();
    auto& readiness = services_.context.readiness;
    const auto report = [this, &readiness](Fact fact) {
        api::tellSource(readiness, fact);
        ledger_.record(std::move(fact));
    };
    if (telephony_) api::expectSource(readiness, Source::telephony);
    if (audio_) api::expectSource(readiness, Source::audio);
    try {
        if (telephony_) telephony_->start(report);
        if (audio_) audio_->start(report);
    } catch (const std::exception& error) {
        // These three have threads that work with the services and the server, which are destroyed before them.
        if (telephony_) telephony_->stop(std::chrono::milliseconds(0));
        if (audio_) audio_->stop();
        ledger_.stop();
        return Fault{"configuration", error.what()};
    }
    return {};
}

void Application::serve(host::Signals& signals) {
    server_.start();
    if (telephony_)
        poll_.emplace(*telephony_, std::chrono::seconds(configuration_.telephony.statisticsInterval),
                      [this] { return serverContext_.streams > 0 || services_.context.interest.lasts(); });
    logStart(configuration_);
    failpoint("start.listening");
    instance_.listensAt(address_);
    host::say("listening on " + address_);
    signals.wait([this](bool anyway) { return look(anyway); });
}

bool Application::look(bool anyway) {
    auto& context = services_.context;
    auto& certificates = *opened_.certificates;
    server_.seeToIt();
    certificates.rotateTicketKeys();
    context.tickets.sweep(std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch()).count());
    const bool renewed = certificates.renew(serverContext_.tls, anyway);
    if (opened_.access.authenticator->tick() || renewed) server_.reauthenticate();
    for (const auto& [check, fault] : certificates.faults()) context.readiness.tell(check, fault);
    tellReadiness(opened_.access, context.readiness);
    conflict_ = ledger_.health().conflict;
    return !conflict_;
}

void Application::drain(const host::Signals& signals) {
    spdlog::info("ending: new commands are refused, calls in flight have {} s", callsPatience.count());
    const auto hurried = [&signals] { return signals.asked() > 1; };  // asked once more: nothing is waited for
    services_.draining = true;
    // The sources first, while connections are open and the ledger runs: whoever asked for a call that ends in time is
    // told its outcome.
    if (!host::within(
            callsPatience + sourcesPatience, [this] { stopSources(); }, hurried)) {
        spdlog::warn("left behind: a call into the switch or the sound system has not returned");
        whole_ = false;
    }
    if (!server_.stop(std::chrono::seconds(configuration_.server.drainSeconds), hurried)) whole_ = false;
}

void Application::stopSources() {
    poll_.reset();  // it asks telephony
    std::vector<std::string> left;
    if (telephony_) left = telephony_->stop(callsPatience);
    for (const auto& call : left) spdlog::warn("left behind, its outcome unknown: {}", call);
    if (!left.empty()) whole_ = false;
    if (audio_) audio_->stop();
}

void Application::stop() {
    // The ledger before those whom it asks: webhooks are posted from its thread.
    if (!host::within(
            journalPatience, [this] { ledger_.stop(); }, [] { return false; })) {
        spdlog::error("the journal has not taken what was recorded within {} s; that is lost", journalPatience.count());
        whole_ = false;
    }
    poster_.stop();
    auto& access = opened_.access;
    if (access.client) access.client->stop();  // before the authenticator, which its answers come to
    access.authenticator->stop();
    spdlog::info("ended");
}

}  // namespace deskline
