// The CRLs of client certificates. Every certificate of a chain is looked up, not the client's alone; so each authority must have one: those
// in the file of authorities are asked for when it is read, and a client whose own intermediate has none is refused at its handshake.
// Source: RFC 5280 §6.3. Thread: main's.
#pragma once
#include <openssl/x509.h>

#include <filesystem>

#include "model/fault.hpp"

namespace deskline::net {

// Both PEM. The fault names the file and the authority whose CRL is not there, or is not signed by it.
Result<void> loadRevocations(X509_STORE* store, const std::filesystem::path& authorities, const std::filesystem::path& revocations);

}  // namespace deskline::net
