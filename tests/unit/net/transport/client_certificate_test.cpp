// Whether a client certificate is still good after its handshake.
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <catch2/catch.hpp>

#include "model/freed.hpp"
#include "net/transport/tls_context.hpp"
#include "unit/failing_memory.hpp"
#include "unit/folder.hpp"

using namespace deskline;
using namespace deskline::net;

namespace {

using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using OneCertificate = std::unique_ptr<X509, Freed<X509_free>>;

struct Pair {
    PrivateKey key{EVP_EC_gen("P-256")};
    OneCertificate certificate{X509_new()};

    // A certificate that is valid for so many hours from now on, signed by `by`, or by itself.
    Pair(const char* name, int hours, const Pair* by = nullptr) {
        auto* c = certificate.get();
        X509_set_version(c, X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(c), hours);
        X509_gmtime_adj(X509_getm_notBefore(c), -300);
        X509_gmtime_adj(X509_getm_notAfter(c), hours * 3600L);
        X509_set_pubkey(c, key.get());
        X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
        X509_set_issuer_name(c, X509_get_subject_name(by ? by->certificate.get() : c));
        if (auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints,
                                                  by ? "critical,CA:FALSE" : "critical,CA:TRUE")) {
            X509_add_ext(c, extension, -1);
            X509_EXTENSION_free(extension);
        }
        X509_sign(c, by ? by->key.get() : key.get(), EVP_sha256());
    }
};

void write(const std::filesystem::path& file, X509* certificate) {
    const Bio out(BIO_new_file(file.string().c_str(), "w"));
    PEM_write_bio_X509(out.get(), certificate);
}

// A gateway's side of a connection, with a client's that shows a certificate.
struct Connected {
    const tests::Folder folder;
    TicketKeys ticketKeys;
    Pair authority, client;
    TlsOptions options{folder.path / "own.pem", folder.path / "own.key", folder.path / "authorities.pem", {}};
    TlsContext context, clients{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
    std::unique_ptr<SSL, Freed<SSL_free>> served, asking;

    Connected(int authorityHours, int clientHours)
        : authority("Authority", authorityHours), client("client", clientHours, &authority) {
        REQUIRE(makeCertificate(options.certificate, options.key, "localhost").has_value());
        write(options.clientAuthorities, authority.certificate.get());
        context = *makeTlsContext(options, ticketKeys);
        SSL_CTX_use_certificate(clients.get(), client.certificate.get());
        SSL_CTX_use_PrivateKey(clients.get(), client.key.get());
        served.reset(SSL_new(context.get()));
        asking.reset(SSL_new(clients.get()));
        BIO *one = nullptr, *other = nullptr;
        BIO_new_bio_pair(&one, 0, &other, 0);
        SSL_set_bio(served.get(), one, one);
        SSL_set_bio(asking.get(), other, other);
        SSL_set_accept_state(served.get());
        SSL_set_connect_state(asking.get());
        for (int i = 0; i < 10; ++i) {
            SSL_do_handshake(asking.get());
            SSL_do_handshake(served.get());
        }
        REQUIRE(SSL_is_init_finished(served.get()));
        REQUIRE(SSL_get0_peer_certificate(served.get()));
        REQUIRE(SSL_get_verify_result(served.get()) == X509_V_OK);
    }
};

}  // namespace

TEST_CASE("a client certificate ends with its time, and with that of the authority behind it") {
    const Connected own(48, 1), behind(1, 48);
    for (const auto* connected : {&own, &behind}) {
        CHECK(holds(connected->served.get(), connected->context.get()));
        CHECK_FALSE(certificateEnded(connected->served.get(), now() + std::chrono::minutes(59)));
        CHECK(certificateEnded(connected->served.get(), now() + std::chrono::minutes(61)));
        CHECK_FALSE(certificateEnded(connected->asking.get(), now()));  // of the gateway's own, for 825 days
    }
}

TEST_CASE("a client certificate that OpenSSL has no memory to look at is none that was revoked, and no other one") {
    Connected connected(48, 48);
    const auto again = *makeTlsContext(connected.options, connected.ticketKeys);
    auto* served = connected.served.get();
    const auto names = namesIn(SSL_get0_peer_certificate(served));
    REQUIRE(names == std::vector<std::string>{"CN=client"});
    REQUIRE(holds(served, again.get()));
    int lacked = 0;
    tests::failEachAllocation(
        [&]() -> bool {
            try {
                return holds(served, again.get()) && !certificateEnded(served, now()) &&
                       namesIn(SSL_get0_peer_certificate(served)) == names;
            } catch (const std::bad_alloc&) {
                ++lacked;
                return true;
            }
        },
        [](bool right) { CHECK(right); });
    CHECK(lacked > 0);
}
