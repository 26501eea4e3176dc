// `deskline serve`: builds everything, owns everything, ends everything. Thread: main's.
#pragma once
#include "host/configuration.hpp"
#include "net/transport/tls_context.hpp"

namespace deskline {

// The files behind TLS: the configuration's, or the gateway's own in its data folder.
net::TlsOptions tlsFiles(const host::Configuration& configuration);

int serve(const host::Configuration& configuration);  // the exit code: 0 a clean end, 1 it could not start

}  // namespace deskline
