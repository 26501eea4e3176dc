#include "net/tls.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <fmt/format.h>

#include <fstream>

namespace deskline::net {
namespace {

template <class T, void (*Free)(T*)>
struct Freed {
    void operator()(T* pointer) const { Free(pointer); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509, X509_free>>;
struct FreeBio {
    void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

constexpr long validDays = 825;

std::string reason() {
    char text[256];
    ERR_error_string_n(ERR_peek_last_error(), text, sizeof text);
    ERR_clear_error();
    return text;
}

Fault wrong(const std::filesystem::path& file, const std::string& what) { return {"configuration", file.string() + " " + what}; }

std::string readFile(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool writeFile(const std::filesystem::path& path, BIO* pem, bool secret) {
    char* data = nullptr;
    const long length = BIO_get_mem_data(pem, &data);
    std::ofstream file(path, std::ios::binary);
    std::error_code ignored;
    if (secret) std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ignored);
    return static_cast<bool>(file.write(data, length).flush());
}

}  // namespace

Result<TlsContext> makeTlsContext(const std::filesystem::path& certificate, const std::filesystem::path& key) {
    TlsContext context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    auto* c = context.get();
    SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
    SSL_CTX_set_options(c, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_cipher_list(c, "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_ciphersuites(c, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256");
    SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);  // tickets resume without memory here
    SSL_CTX_set_num_tickets(c, 1);
    const auto chain = readFile(certificate), secret = readFile(key);
    if (chain.empty()) return wrong(certificate, "cannot be read: [server] certificate must name a PEM file that Deskline's account may read.");
    if (secret.empty()) return wrong(key, "cannot be read: [server] private_key must name a PEM file that Deskline's account may read.");
    if (SSL_CTX_use_certificate_chain_file(c, certificate.string().c_str()) != 1)
        return wrong(certificate, "is not a certificate chain in PEM: " + reason() + ".");
    const Bio in(BIO_new_mem_buf(secret.data(), static_cast<int>(secret.size())));
    const Key parsed(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
    if (!parsed) return wrong(key, "is not a private key in PEM (or has a passphrase): " + reason() + ".");
    if (SSL_CTX_use_PrivateKey(c, parsed.get()) != 1 || SSL_CTX_check_private_key(c) != 1)
        return wrong(key, "does not belong to " + certificate.string() + ".");
    return context;
}

Result<void> makeCertificate(const std::filesystem::path& certificate, const std::filesystem::path& key, const std::string& host) {
    std::error_code error;
    if (std::filesystem::exists(certificate, error) && std::filesystem::exists(key, error)) return {};
    std::filesystem::create_directories(certificate.parent_path(), error);
    const Key pair(EVP_EC_gen("P-256"));
    const Certificate made(X509_new());
    X509_set_version(made.get(), X509_VERSION_3);
    unsigned char serial[16];
    RAND_bytes(serial, sizeof serial);
    serial[0] &= 0x7f;
    BIGNUM* number = BN_bin2bn(serial, sizeof serial, nullptr);
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(made.get()));
    BN_free(number);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -300);
    X509_time_adj_ex(X509_getm_notAfter(made.get()), validDays, 0, nullptr);
    X509_set_pubkey(made.get(), pair.get());
    auto* name = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(host.c_str()), -1, -1, 0);
    X509_set_issuer_name(made.get(), name);
    const auto extend = [&](int kind, const std::string& value) {
        X509V3_CTX context;
        X509V3_set_ctx_nodb(&context);
        X509V3_set_ctx(&context, made.get(), made.get(), nullptr, nullptr, 0);
        if (auto* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())) {
            X509_add_ext(made.get(), extension, -1);
            X509_EXTENSION_free(extension);
        }
    };
    extend(NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1" + (host.empty() || host == "localhost" ? "" : ",DNS:" + host));
    extend(NID_basic_constraints, "critical,CA:FALSE");
    extend(NID_ext_key_usage, "serverAuth");
    X509_sign(made.get(), pair.get(), EVP_sha256());
    const Bio secret(BIO_new(BIO_s_mem())), open(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(secret.get(), pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
    PEM_write_bio_X509(open.get(), made.get());
    if (!writeFile(key, secret.get(), true)) return wrong(key, "could not be written: check [server] data_dir and the account's rights.");
    if (!writeFile(certificate, open.get(), false)) return wrong(certificate, "could not be written: check [server] data_dir and the account's rights.");
    return {};
}

Result<CertificateFacts> inspectCertificate(const std::filesystem::path& path) {
    const auto pem = readFile(path);
    const Bio in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const Certificate certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
    if (!certificate) return wrong(path, "is not a certificate in PEM.");
    CertificateFacts facts;
    unsigned char digest[32];
    unsigned length = 0;
    X509_digest(certificate.get(), EVP_sha256(), digest, &length);
    for (unsigned i = 0; i < length; ++i) facts.fingerprint += fmt::format("{}{:02X}", i ? ":" : "", digest[i]);
    char subject[256] = {};
    X509_NAME_oneline(X509_get_subject_name(certificate.get()), subject, sizeof subject);
    facts.subject = subject;
    int days = 0, seconds = 0;
    ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate.get()));
    facts.daysLeft = days;
    return facts;
}

}  // namespace deskline::net
