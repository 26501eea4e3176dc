#include "net/transport/tls_context.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <fmt/format.h>

#include <algorithm>

#include "model/crypto_memory.hpp"
#include "model/files.hpp"
#include "model/freed.hpp"
#include "model/host_text.hpp"
#include "net/transport/revocations.hpp"

namespace deskline::net {
namespace {

using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;

constexpr long validDays = 825;

std::string reason() {
    char text[256];
    ERR_error_string_n(ERR_peek_last_error(), text, sizeof text);
    ERR_clear_error();
    return text;
}

Fault wrong(const std::filesystem::path& file, const std::string& what) {
    return {"configuration", textOf(file) + " " + what};
}

Fault unreadable(const std::filesystem::path& file, const std::string& setting, const std::string& wanted,
                 const Fault& why) {
    return wrong(file, "cannot be read: [server] " + setting + " must name " + wanted + "." +
                           (why.detail.empty() ? "" : " " + why.detail));
}

Bio reading(const std::string& pem) { return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

Result<Key> keyIn(std::string pem, const std::filesystem::path& file) {
    Key key(PEM_read_bio_PrivateKey(reading(pem).get(), nullptr, nullptr, nullptr));
    OPENSSL_cleanse(pem.data(), pem.size());
    if (!key) return wrong(file, "is not a private key in PEM (or has a passphrase): " + reason() + ".");
    return key;
}

// Its own certificate first, then those that vouch for it.
bool useChain(SSL_CTX* context, const std::string& pem) {
    const auto in = reading(pem);
    const Certificate own(PEM_read_bio_X509_AUX(in.get(), nullptr, nullptr, nullptr));
    if (!own || SSL_CTX_use_certificate(context, own.get()) != 1 || SSL_CTX_clear_chain_certs(context) != 1)
        return false;
    while (Certificate next{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)}) {
        if (SSL_CTX_add0_chain_cert(context, next.get()) != 1) return false;
        (void)next.release();
    }
    const bool end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (end) ERR_clear_error();
    return end;
}

// Seals and opens session tickets: AES-256-CBC and HMAC-SHA-256 with the keys of TicketKeys
// (SSL_CTX_set_tlsext_ticket_key_evp_cb).
int sealTicket(SSL* connection, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
               int sealing) {
    const auto& keys = *static_cast<TicketKeys*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
    auto found = sealing ? std::optional(std::pair(keys.current(), true)) : keys.find(name);
    if (!found) return 0;  // too old: a whole handshake
    auto& [key, current] = *found;
    char sha256[] = "SHA256";
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
                               OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256, sizeof sha256 - 1),
                               OSSL_PARAM_construct_end()};
    if (sealing) {
        std::ranges::copy(key.name, name);
        if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
    }
    const int made = sealing ? EVP_EncryptInit_ex2(cipher, EVP_aes_256_cbc(), key.cipher.data(), iv, nullptr)
                             : EVP_DecryptInit_ex2(cipher, EVP_aes_256_cbc(), key.cipher.data(), iv, nullptr);
    if (made != 1 || EVP_MAC_CTX_set_params(mac, parameters) != 1) return -1;
    return current ? 1 : 2;  // 2: give it a new one
}

Result<void> loadCertificate(SSL_CTX* context, const std::filesystem::path& certificate,
                             const std::filesystem::path& key) {
    const auto chain = readExisting(certificate);
    if (!chain)
        return unreadable(certificate, "certificate", "a PEM file that Deskline's account may read", chain.error());
    auto secret = readExisting(key);
    if (!secret) return unreadable(key, "private_key", "a PEM file that Deskline's account may read", secret.error());
    if (!useChain(context, *chain)) return wrong(certificate, "is not a certificate chain in PEM: " + reason() + ".");
    const auto parsed = keyIn(std::move(*secret), key);
    if (!parsed) return parsed.error();
    if (SSL_CTX_use_PrivateKey(context, parsed->get()) != 1 || SSL_CTX_check_private_key(context) != 1)
        return wrong(key, "does not belong to " + textOf(certificate) + ".");
    return {};
}

struct FreeInfos {
    void operator()(STACK_OF(X509_INFO) * infos) const { sk_X509_INFO_pop_free(infos, X509_INFO_free); }
};

// Every certificate, or every list of revoked ones, of a PEM file goes to `take`; the fault names the file where it
// holds none, or is no PEM.
Result<void> eachIn(const std::filesystem::path& file, const char* setting, const char* what,
                    const std::function<bool(X509_INFO*)>& take) {
    const auto pem = readExisting(file);
    const auto wanted = std::string("a PEM file with ") + what;
    if (!pem) return unreadable(file, setting, wanted, pem.error());
    const std::unique_ptr<STACK_OF(X509_INFO), FreeInfos> infos(
        PEM_X509_INFO_read_bio(reading(*pem).get(), nullptr, nullptr, nullptr));
    int count = 0;
    for (int i = 0; infos && i < sk_X509_INFO_num(infos.get()); ++i)
        if (take(sk_X509_INFO_value(infos.get(), i))) ++count;
    ERR_clear_error();
    if (!infos || !count) return unreadable(file, setting, wanted, {});
    return {};
}

// Clients may show a certificate, and it must be good then; none is asked to have one.
Result<void> loadClientAuthorities(SSL_CTX* context, const std::filesystem::path& authorities,
                                   const std::filesystem::path& revocations) {
    if (authorities.empty()) return {};
    auto* store = SSL_CTX_get_cert_store(context);
    auto loaded = eachIn(authorities, "client_authorities", "certificates", [&](X509_INFO* info) {
        if (info->x509)
            (void)X509_check_purpose(
                info->x509, -1,
                0);  // it looks at the whole of it once; where that lacked memory it would never be good
        return info->x509 && X509_STORE_add_cert(store, info->x509) == 1 &&
               SSL_CTX_add_client_CA(context, info->x509) == 1;
    });
    if (!loaded) return loaded;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    // A ticket would bring back the certificate but not the chain that stood behind it, and would not be asked about
    // revocations: each connection shows and proves the whole of it.
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
    if (revocations.empty()) return {};
    loaded = eachIn(revocations, "client_revocations", "CRLs",
                    [&](X509_INFO* info) { return info->crl && X509_STORE_add_crl(store, info->crl) == 1; });
    if (!loaded) return loaded;
    if (const auto authority = withoutRevocations(store); !authority.empty())
        return wrong(revocations, "holds no CRL signed by " + authority +
                                      ": [server] client_revocations must have one of every authority in "
                                      "client_authorities, and of every intermediate that clients send.");
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    return {};
}

// The key that is there; nothing: there is no such file.
Result<std::optional<Key>> keyIfThere(const std::filesystem::path& path) {
    auto there = readWhole(path);
    if (!there) return there.error();
    if (!*there) return std::optional<Key>();
    auto key = keyIn(std::move(**there), path);
    if (!key) return key.error();
    return std::optional(std::move(*key));
}

// The key that is there, or a new one; whether it is new.
Result<std::pair<Key, bool>> keyAt(const std::filesystem::path& path) {
    auto there = keyIfThere(path);
    if (!there) return there.error();
    if (*there) return std::pair(std::move(**there), false);
    Key key(EVP_EC_gen("P-256"));
    const Bio secret(BIO_new(BIO_s_secmem()));
    if (!key || PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return wrong(path, "could not be made.");
    char* pem = nullptr;
    const auto length = BIO_get_mem_data(secret.get(), &pem);
    const auto written = createPrivate(path, {pem, static_cast<std::size_t>(length)});
    if (!written) return written.error();
    if (!*written) return wrong(path, "is a link that leads nowhere, or was made by somebody else just now.");
    return std::pair(std::move(key), true);
}

}  // namespace

TicketKeys::TicketKeys() : current_(made()), before_(made()) {}

TicketKeys::Key TicketKeys::made() {
    Key key;
    if (RAND_bytes(key.name.data(), static_cast<int>(key.name.size())) != 1 ||
        RAND_priv_bytes(key.cipher.data(), static_cast<int>(key.cipher.size())) != 1 ||
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
    if (auto loaded = loadClientAuthorities(c, options.clientAuthorities, options.clientRevocations); !loaded)
        return loaded.error();
    return context;
}

std::vector<std::string> namesIn(const X509* certificate) {
    std::vector<std::string> names;
    const CryptoLack lack;
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
    const std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>> others(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; others && i < sk_GENERAL_NAME_num(others.get()); ++i) {
        const auto* name = sk_GENERAL_NAME_value(others.get(), i);
        if (name->type == GEN_DNS) names.push_back("DNS:" + text(name->d.dNSName));
        if (name->type == GEN_URI) names.push_back("URI:" + text(name->d.uniformResourceIdentifier));
        if (name->type == GEN_EMAIL) names.push_back("email:" + text(name->d.rfc822Name));
    }
    if (lack.happened()) throw std::bad_alloc();  // else it would stand for nobody, or for somebody else
    return names;
}

bool holds(SSL* connection, SSL_CTX* context) {
    X509* certificate = SSL_get0_peer_certificate(connection);
    if (!certificate || SSL_get_SSL_CTX(connection) == context) return true;  // its handshake has asked that one
    const std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>> check(X509_STORE_CTX_new());
    if (!check) throw std::bad_alloc();
    const CryptoLack lack;
    const bool good = X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(context), certificate,
                                          SSL_get_peer_cert_chain(connection)) == 1 &&
                      X509_STORE_CTX_set_purpose(check.get(), X509_PURPOSE_SSL_CLIENT) == 1 &&
                      X509_verify_cert(check.get()) == 1;
    if (!good && lack.happened()) throw std::bad_alloc();
    return good;
}

bool certificateEnded(SSL* connection, Time at) {
    X509* certificate = SSL_get0_peer_certificate(connection);
    if (!certificate) return false;
    auto second = std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(at));
    const CryptoLack lack;
    const auto ended = [&](const X509* one) { return X509_cmp_time(X509_get0_notAfter(one), &second) != 1; };
    bool any = ended(certificate);
    const auto* chain = SSL_get0_verified_chain(connection);
    for (int i = 0; chain && i < sk_X509_num(chain); ++i) any = ended(sk_X509_value(chain, i)) || any;
    if (any && lack.happened()) throw std::bad_alloc();
    return any;
}

Result<void> makeCertificate(const std::filesystem::path& certificate, const std::filesystem::path& key,
                             const std::string& host) {
    if (auto folder = makeFolder(certificate.parent_path()); !folder) return folder;
    const auto there = readWhole(certificate);
    if (!there) return there.error();
    const auto keyThere = stampOf(key);
    if (!keyThere) return keyThere.error();
    if (*there && *keyThere) return {};
    auto pairAt = keyAt(key);
    if (!pairAt) return pairAt.error();
    const auto& [pair, isNew] = *pairAt;
    if (*there && !isNew) return {};
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
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(host.c_str()), -1, -1,
                               0);
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
    extend(NID_subject_alt_name,
           "DNS:localhost,IP:127.0.0.1,IP:::1" + (host.empty() || host == "localhost" ? "" : ",DNS:" + host));
    extend(NID_basic_constraints, "critical,CA:FALSE");
    extend(NID_ext_key_usage, "serverAuth");
    X509_sign(made.get(), pair.get(), EVP_sha256());
    const Bio open(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(open.get(), made.get());
    char* pem = nullptr;
    const auto length = BIO_get_mem_data(open.get(), &pem);
    return replaceFile(certificate, {pem, static_cast<std::size_t>(length)});
}

Result<bool> ownCertificateThere(const std::filesystem::path& certificate, const std::filesystem::path& key) {
    const auto there = readWhole(certificate);
    if (!there) return there.error();
    const auto pair = keyIfThere(key);
    if (!pair) return pair.error();
    return there->has_value() && pair->has_value();
}

Result<void> checkClientAuthorities(const TlsOptions& options) {
    const TlsContext context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    return loadClientAuthorities(context.get(), options.clientAuthorities, options.clientRevocations);
}

Result<CertificateFacts> inspectCertificate(const std::filesystem::path& path) {
    const auto pem = readExisting(path);
    if (!pem) return pem.error();
    const Certificate certificate(PEM_read_bio_X509(reading(*pem).get(), nullptr, nullptr, nullptr));
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
