// The certificate authorities that the host trusts, for connections to others: OpenSSL's default places on Linux,
// Windows' store "ROOT", of which OpenSSL knows nothing. Source: SSL_CTX_set_default_verify_paths(3);
// CertOpenSystemStoreW. Thread: any.
#pragma once
#include <openssl/ssl.h>

namespace deskline::outbound {

void trustHostAuthorities(SSL_CTX* context);

}  // namespace deskline::outbound
