#include "net/tls.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <fmt/format.h>

#include <algorithm>
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

// Seals and opens session tickets: AES-256-CBC and HMAC-SHA-256 with the keys of TicketKeys (SSL_CTX_set_tlsext_ticket_key_evp_cb).
int sealTicket(SSL* connection, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int sealing) {
    const auto& keys = *static_cast<TicketKeys*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
    auto found = sealing ? std::optional(std::pair(keys.current(), true)) : keys.find(name);
    if (!found) return 0;  // too old: a whole handshake
    auto& [key, current] = *found;
    char sha256[] = "SHA256";
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
                               OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256, sizeof sha256 - 1), OSSL_PARAM_construct_end()};
    if (sealing) {
        std::ranges::copy(key.name, name);
        if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
    }
    const int made = sealing ? EVP_EncryptInit_ex2(cipher, EVP_aes_256_cbc(), key.cipher.data(), iv, nullptr)
                             : EVP_DecryptInit_ex2(cipher, EVP_aes_256_cbc(), key.cipher.data(), iv, nullptr);
    if (made != 1 || EVP_MAC_CTX_set_params(mac, parameters) != 1) return -1;
    return current ? 1 : 2;  // 2: give it a new one
}

Result<void> loadCertificate(SSL_CTX* context, const std::filesystem::path& certificate, const std::filesystem::path& key) {
    const auto chain = readFile(certificate);
    auto secret = readFile(key);
    if (chain.empty()) return wrong(certificate, "cannot be read: [server] certificate must name a PEM file that Deskline's account may read.");
    if (secret.empty()) return wrong(key, "cannot be read: [server] private_key must name a PEM file that Deskline's account may read.");
    if (SSL_CTX_use_certificate_chain_file(context, certificate.string().c_str()) != 1)
        return wrong(certificate, "is not a certificate chain in PEM: " + reason() + ".");
    const Bio in(BIO_new_mem_buf(secret.data(), static_cast<int>(secret.size())));
    const Key parsed(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
    OPENSSL_cleanse(secret.data(), secret.size());
    if (!parsed) return wrong(key, "is not a private key in PEM (or has a passphrase): " + reason() + ".");
    if (SSL_CTX_use_PrivateKey(context, parsed.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
        return wrong(key, "does not belong to " + certificate.string() + ".");
    return {};
}

// Clients may show a certificate, and it must be good then; none is asked to have one.
Result<void> loadClientAuthorities(SSL_CTX* context, const std::filesystem::path& authorities, const std::filesystem::path& revocations) {
    if (authorities.empty()) return {};
    auto* store = SSL_CTX_get_cert_store(context);
    STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(authorities.string().c_str());
    if (!names || X509_STORE_load_file(store, authorities.string().c_str()) != 1)
        return wrong(authorities, "cannot be read: [server] client_authorities must name a PEM file with certificates.");
    SSL_CTX_set_client_CA_list(context, names);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (revocations.empty()) return {};
    auto* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
    if (X509_load_crl_file(lookup, revocations.string().c_str(), X509_FILETYPE_PEM) < 1)
        return wrong(revocations, "cannot be read: [server] client_revocations must name a PEM file with CRLs.");
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
    return {};
}

}  // namespace

TicketKeys::TicketKeys() : current_(made()), before_(made()) {}

TicketKeys::Key TicketKeys::made() {
    Key key;
    if (RAND_bytes(key.name.data(), static_cast<int>(key.name.size())) != 1 || RAND_priv_bytes(key.cipher.data(), static_cast<int>(key.cipher.size())) != 1 ||
        RAND_priv_bytes(key.mac.data(), static_cast<int>(key.mac.size())) != 1)
        throw std::runtime_error("the system has no random numbers");
    return key;
}

void TicketKeys::rotate(Clock::time_point time) {
    const std::lock_guard lock(mutex_);
    if (time - since_ < lifetime) return;
    before_ = std::exchange(current_, made());
    since_ = time;
}

void TicketKeys::renew() {
    const std::lock_guard lock(mutex_);
    current_ = made();
    before_ = made();
    since_ = Clock::now();
}

TicketKeys::Key TicketKeys::current() const {
    const std::lock_guard lock(mutex_);
    return current_;
}

std::optional<std::pair<TicketKeys::Key, bool>> TicketKeys::find(const unsigned char* name) const {
    const std::lock_guard lock(mutex_);
    for (const auto* key : {&current_, &before_})
        if (std::equal(key->name.begin(), key->name.end(), name)) return std::pair(*key, key == &current_);
    return std::nullopt;
}

Result<TlsContext> makeTlsContext(const TlsOptions& options, TicketKeys& ticketKeys) {
    TlsContext context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    auto* c = context.get();
    SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
    SSL_CTX_set_options(c, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_cipher_list(c, "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_ciphersuites(c, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256");
    SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);  // tickets resume without memory here
    SSL_CTX_set_num_tickets(c, 1);
    static constexpr unsigned char sessionContext[] = "deskline";
    SSL_CTX_set_session_id_context(c, sessionContext, sizeof sessionContext - 1);
    SSL_CTX_set_app_data(c, &ticketKeys);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(c, sealTicket);
    if (auto loaded = loadCertificate(c, options.certificate, options.key); !loaded) return loaded.error();
    if (auto loaded = loadClientAuthorities(c, options.clientAuthorities, options.clientRevocations); !loaded) return loaded.error();
    return context;
}

std::vector<std::string> namesIn(const X509* certificate) {
    std::vector<std::string> names;
    const auto text = [](const ASN1_STRING* string) {
        unsigned char* utf8 = nullptr;
        const int length = ASN1_STRING_to_UTF8(&utf8, string);
        std::string out(reinterpret_cast<char*>(utf8), length > 0 ? static_cast<std::size_t>(length) : 0);
        OPENSSL_free(utf8);
        return out;
    };
    const auto* subject = X509_get_subject_name(certificate);
    for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;)
        names.push_back("CN=" + text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
    const std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES, GENERAL_NAMES_free>> others(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; others && i < sk_GENERAL_NAME_num(others.get()); ++i) {
        const auto* name = sk_GENERAL_NAME_value(others.get(), i);
        if (name->type == GEN_DNS) names.push_back("DNS:" + text(name->d.dNSName));
        if (name->type == GEN_URI) names.push_back("URI:" + text(name->d.uniformResourceIdentifier));
        if (name->type == GEN_EMAIL) names.push_back("email:" + text(name->d.rfc822Name));
    }
    return names;
}

bool holds(SSL* connection, SSL_CTX* context) {
    X509* certificate = SSL_get0_peer_certificate(connection);
    if (!certificate) return true;
    const std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX, X509_STORE_CTX_free>> check(X509_STORE_CTX_new());
    return X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(context), certificate, SSL_get_peer_cert_chain(connection)) == 1 &&
           X509_STORE_CTX_set_purpose(check.get(), X509_PURPOSE_SSL_CLIENT) == 1 && X509_verify_cert(check.get()) == 1;
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
