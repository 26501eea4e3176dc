// What a start opens before it builds anything: TLS, who a caller is, the journal. What the host refuses is found here,
// while nothing runs yet. Thread: main's.
#pragma once
#include <memory>

#include "app/access.hpp"
#include "app/instance.hpp"
#include "events/journal.hpp"
#include "host/configuration.hpp"
#include "net/transport/certificate_files.hpp"
#include "net/transport/peers.hpp"

namespace deskline {

struct Opened {
    std::unique_ptr<net::Certificates> certificates;  // has the keys of session tickets: outlives every context
    net::TlsContext tls;                              // the first one
    net::Networks trustedProxies;
    Access access;
    std::unique_ptr<events::Journal> journal;  // in memory where its file cannot be had: then nothing is durable
};

// Makes what a first start lacks: the gateway's certificate and keys, the journal. Tells the instance whether what is
// told will be in the journal. The fault: the gateway cannot start.
Result<Opened> openAll(const host::Configuration& configuration, Instance& instance);

}  // namespace deskline
