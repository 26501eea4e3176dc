#include "identity/tokens.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "model/files.hpp"
#include "model/freed.hpp"
#include "model/host_text.hpp"
#include "model/id.hpp"

namespace deskline::identity {
namespace {

namespace json = boost::json;

using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;

// Makes the file with a new key and reads it; a file that is there is left alone. Of two processes at once, one makes
// it and both read it.
Result<std::string> made(const std::filesystem::path& path) {
    const PublicKey key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    const Bio out(BIO_new(BIO_s_secmem()));
    if (!key || PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return Fault{"configuration", "The signing key " + textOf(path) + " could not be made."};
    char* pem = nullptr;
    const long length = BIO_get_mem_data(out.get(), &pem);
    if (auto folder = makeFolder(path.parent_path()); !folder) return folder.error();
    if (auto written = createPrivate(path, {pem, static_cast<std::size_t>(length)}); !written) return written.error();
    return readExisting(path);
}

json::array list(const auto& texts) { return json::array(texts.begin(), texts.end()); }

}  // namespace

Result<std::unique_ptr<Tokens>> Tokens::open(const std::filesystem::path& path, std::string audience) {
    std::unique_ptr<Tokens> tokens(new Tokens);
    tokens->audience_ = std::move(audience);
    auto& key = tokens->key_.key;
    const auto fault = [&](const std::string& what) {
        return Fault{"configuration", "The signing key " + textOf(path) + " " + what};
    };
    auto there = readWhole(path);
    if (!there) return there.error();
    auto pem = *there ? Result<std::string>(std::move(**there)) : made(path);
    if (!pem) return pem.error();
    const Bio in(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
    key.reset(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
    OPENSSL_cleanse(pem->data(), pem->size());
    if (!key) return fault("cannot be read: it must be a PEM file with a P-256 private key.");
    if (algorithmOf(key) != Algorithm::ES256) return fault("is of another kind: it must be a P-256 private key.");
    unsigned char* der = nullptr;
    const int length = i2d_PUBKEY(key.get(), &der);
    tokens->key_.id =
        stableId({"key", std::string_view(reinterpret_cast<char*>(der), static_cast<std::size_t>(length))});
    OPENSSL_free(der);
    return tokens;
}

std::string Tokens::issue(const Identity& identity, std::int64_t now) const {
    const json::object header{{"alg", "ES256"}, {"typ", "JWT"}, {"kid", *key_.id}};
    json::object claims{{"iss", localIssuer}, {"aud", audience_},        {"sub", identity.subject},
                        {"iat", now},         {"exp", identity.expires}, {"role", name(identity.role)}};
    if (!identity.agents.empty()) claims["agents"] = list(identity.agents);
    if (!identity.groups.empty()) claims["groups"] = list(identity.groups);
    if (!identity.scopes.empty()) claims["scope"] = list(identity.scopes);
    const auto signedPart = encodeBase64Url(json::serialize(header)) + "." + encodeBase64Url(json::serialize(claims));
    return signedPart + "." + signEs256(signedPart, key_.key);
}

Result<Identity> Tokens::verify(std::string_view token, std::int64_t now) const {
    const auto jwt = parseJwt(token);
    return jwt ? verify(*jwt, now) : jwt.error();
}

Result<Identity> Tokens::verify(const Jwt& token, std::int64_t now) const {
    if (token.keyId && token.keyId != key_.id) return refusedToken("The token was signed with another key.");
    if (auto fits = checkSignature(token, key_.key); !fits) return fits.error();
    return readClaims(token.claims, {localIssuer, audience_}, {}, now);
}

}  // namespace deskline::identity
