// The TLS context of the listener, made anew when a file behind it changes; the keys of session tickets, which outlive
// it; the certificate made at first start. TLS 1.2 and 1.3 with forward secrecy and AEAD alone. Source: RFC 8446, RFC
// 5077, RFC 7525. Thread: any.
#pragma once
#include <openssl/ssl.h>

#include <array>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "model/fault.hpp"
#include "model/time.hpp"

namespace deskline::net {

using TlsContext = std::shared_ptr<SSL_CTX>;

// The context of connections to come. With a mutex: the load of libstdc++ 12's std::atomic<std::shared_ptr> orders
// nothing before the next store, which is a race. Thread: any.
class CurrentTls {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): part of an aggregate
    CurrentTls(TlsContext context) : context_(std::move(context)) {}

    TlsContext load() const {
        const std::lock_guard lock(mutex_);
        return context_;
    }
    void store(TlsContext context) {
        const std::lock_guard lock(mutex_);
        context_.swap(context);  // the one before goes without the lock
    }

private:
    mutable std::mutex mutex_;
    TlsContext context_;
};

struct TlsOptions {
    std::filesystem::path certificate, key;   // PEM: the chain, RSA or ECDSA; its key
    std::filesystem::path clientAuthorities;  // PEM: who may vouch for clients; "": no client certificates
    std::filesystem::path clientRevocations;  // PEM: CRLs; "": none
};

// A client that comes again shows a ticket, sealed with a key that is changed every hour; the one before is good for
// another.
class TicketKeys {
public:
    static constexpr auto lifetime = std::chrono::hours(1);
    using Clock = std::chrono::steady_clock;

    TicketKeys();
    void rotate(Clock::time_point time = Clock::now());  // when it is time
    void renew();                                        // at once, and what was sealed before is void

    struct Key {
        std::array<unsigned char, 16> name{};
        std::array<unsigned char, 32> cipher{}, mac{};
    };
    Key current() const;
    std::optional<std::pair<Key, bool>> find(const unsigned char* name) const;  // and whether it is the current one

private:
    static Key made();
    mutable std::mutex mutex_;
    Key current_, before_;
    Clock::time_point since_ = Clock::now();
};

// Reads the files. The fault names the file and says what to do. The ticket keys must outlive the context.
Result<TlsContext> makeTlsContext(const TlsOptions& options, TicketKeys& ticketKeys);
// What it says of client authorities and revocations, where there is no certificate yet.
Result<void> checkClientAuthorities(const TlsOptions& options);

// "CN=…", "DNS:…", "URI:…", "email:…" of a certificate's subject and alternative names.
std::vector<std::string> namesIn(const X509* certificate);
// Whether the peer's certificate would be taken by another context; true where the peer has none. Throws
// std::bad_alloc.
bool holds(SSL* connection, SSL_CTX* context);
// Whether the peer's certificate, or one that vouches for it, has come to its end by then; false where the peer has
// none. Throws std::bad_alloc.
bool certificateEnded(SSL* connection, Time at);

// A self-signed P-256 certificate for localhost, 127.0.0.1, ::1 and `host`, for 825 days, where there is none. A key
// that is there is used, never made anew; files that cannot be read are faults.
Result<void> makeCertificate(const std::filesystem::path& certificate, const std::filesystem::path& key,
                             const std::string& host);

// Whether `makeCertificate` would leave both as they are; nothing is made. The fault: it would refuse.
Result<bool> ownCertificateThere(const std::filesystem::path& certificate, const std::filesystem::path& key);

struct CertificateFacts {
    std::string subject, fingerprint;  // SHA-256, in hexadecimal pairs
    std::int64_t daysLeft = 0;
};
Result<CertificateFacts> inspectCertificate(const std::filesystem::path& certificate);

}  // namespace deskline::net
