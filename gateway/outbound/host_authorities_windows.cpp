#include "outbound/host_authorities.hpp"

#include <windows.h>

#include <wincrypt.h>

namespace deskline::outbound {

void trustHostAuthorities(SSL_CTX* context) {
    const HCERTSTORE store = CertOpenSystemStoreW(0, L"ROOT");
    if (!store) return;
    for (PCCERT_CONTEXT found = nullptr; (found = CertEnumCertificatesInStore(store, found));) {
        const unsigned char* bytes = found->pbCertEncoded;
        if (X509* certificate = d2i_X509(nullptr, &bytes, static_cast<long>(found->cbCertEncoded))) {
            X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate);
            X509_free(certificate);
        }
    }
    CertCloseStore(store, 0);
}

}  // namespace deskline::outbound
