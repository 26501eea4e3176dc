// The configuration as the rooms take it: one function for each that has options of its own. Thread: main's, at the
// start.
#pragma once
#include "app/services.hpp"
#include "events/journal.hpp"
#include "host/configuration.hpp"
#include "host/descriptors.hpp"
#include "net/http/context.hpp"
#include "outbound/https_client.hpp"

namespace deskline {

// The files behind TLS: the configuration's, or the gateway's own in its data folder.
net::TlsOptions tlsFiles(const host::Configuration& configuration);
bool ownCertificate(const host::Configuration& configuration);  // that the gateway makes itself: none is configured

// `lacksEvents`: as the gateway before this one has noted (Instance::wasDurable).
events::JournalOptions journalOptions(const host::Configuration& configuration, bool lacksEvents);
outbound::ClientOptions webhookClientOptions(const host::Configuration& configuration);
Services::Options serviceOptions(const host::Configuration& configuration);

// `share`: how many connections there is room for. `api` must outlive it.
net::ServerContext makeServerContext(const host::Configuration& configuration, api::Context& api, net::Shards& shards,
                                     net::TlsContext tls, const net::Networks& trustedProxies,
                                     const host::Share& share);

}  // namespace deskline
