// The TLS context of the listener, and the certificate made at first start. Thread: any; made once.
#pragma once
#include <openssl/ssl.h>

#include <filesystem>
#include <memory>
#include <string>

#include "model/fault.hpp"

namespace deskline::net {

using TlsContext = std::shared_ptr<SSL_CTX>;

// Reads certificate chain and key (PEM). The fault names the file and says what to do.
Result<TlsContext> makeTlsContext(const std::filesystem::path& certificate, const std::filesystem::path& key);

// A self-signed P-256 certificate for localhost, 127.0.0.1, ::1 and `host`, for 825 days, where there is none.
Result<void> makeCertificate(const std::filesystem::path& certificate, const std::filesystem::path& key, const std::string& host);

struct CertificateFacts {
    std::string subject, fingerprint;  // SHA-256, in hexadecimal pairs
    std::int64_t daysLeft = 0;
};
Result<CertificateFacts> inspectCertificate(const std::filesystem::path& certificate);

}  // namespace deskline::net
