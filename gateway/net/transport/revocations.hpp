// The CRLs of client certificates. Every certificate of a chain is looked up, not the client's alone; so each authority
// must have one: those that may vouch for clients are asked for when the files are read, and a client whose own
// intermediate has none is refused at its handshake. Source: RFC 5280 §6.3. Thread: main's.
#pragma once
#include <openssl/x509.h>

#include <string>

namespace deskline::net {

// The name of an authority in the store that has no CRL there, signed by it; "": each has one. Called before anybody
// else uses the store.
std::string withoutRevocations(X509_STORE* store);

}  // namespace deskline::net
