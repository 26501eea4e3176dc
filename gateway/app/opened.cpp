#include "app/opened.hpp"

#include <spdlog/spdlog.h>

#include "app/settings.hpp"

namespace deskline {
namespace {

std::unique_ptr<events::Journal> openJournal(const host::Configuration& c, Instance& instance) {
    auto journal = instance.noJournal() ? Result<std::unique_ptr<events::Journal>>(*instance.noJournal())
                                        : events::Journal::open(journalOptions(c, !instance.wasDurable()));
    instance.durable(
        journal && !(*journal)->waits());  // else the next start must know that the journal lacks events that were told
    if (journal) return std::move(*journal);
    auto kept = events::Journal::openVolatile(journal.error(), c.journal.path);
    spdlog::error("{} Events are served but not durable.", kept->refusal()->detail);
    return kept;
}

}  // namespace

Result<Opened> openAll(const host::Configuration& c, Instance& instance) {
    Opened opened;
    const auto files = tlsFiles(c);
    if (ownCertificate(c))
        if (const auto made = net::makeCertificate(files.certificate, files.key, c.server.name); !made)
            return made.error();
    opened.certificates = std::make_unique<net::Certificates>(files);
    auto tls = opened.certificates->open();
    if (!tls) return tls.error();
    opened.tls = std::move(*tls);
    auto trustedProxies = net::Networks::parse(c.server.trustedProxies);
    if (!trustedProxies) return trustedProxies.error();
    opened.trustedProxies = std::move(*trustedProxies);
    auto access = openAccess(c);
    if (!access) return access.error();
    opened.access = std::move(*access);
    opened.journal = openJournal(c, instance);
    return opened;
}

}  // namespace deskline
