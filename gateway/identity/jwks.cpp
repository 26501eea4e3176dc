#include "identity/jwks.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>

#include "model/freed.hpp"

namespace deskline::identity {
namespace {

namespace json = boost::json;

constexpr int leastRsaBits = 2048;

using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;

PublicKey made(const char* kind, OSSL_PARAM_BLD* builder) {
    const std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>> parameters(OSSL_PARAM_BLD_to_param(builder));
    if (!parameters) throw std::bad_alloc();
    const std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>> context(
        EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
    if (!context) throw std::bad_alloc();
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
        return nullptr;
    return {key, &EVP_PKEY_free};
}

PublicKey rsaKey(const std::string& modulus, const std::string& exponent) {
    const std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>> builder(OSSL_PARAM_BLD_new());
    if (!builder) throw std::bad_alloc();
    const auto number = [](const std::string& bytes) {
        return Number(
            BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
    };
    const auto n = number(modulus), e = number(exponent);
    if (!n || !e) throw std::bad_alloc();
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    auto key = made("RSA", builder.get());
    return key && EVP_PKEY_get_bits(key.get()) >= leastRsaBits ? key : nullptr;
}

PublicKey ecKey(const std::string& x, const std::string& y) {
    if (x.size() != 32 || y.size() != 32) return nullptr;
    const std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>> builder(OSSL_PARAM_BLD_new());
    if (!builder) throw std::bad_alloc();
    const auto point = "\x04" + x + y;  // uncompressed
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    return made("EC", builder.get());
}

PublicKey edKey(const std::string& x) {
    return {EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(x.data()),
                                        x.size()),
            &EVP_PKEY_free};
}

PublicKey keyFrom(const json::object& jwk) {
    const auto bytes = [&](const char* name) { return decodeBase64Url(textAt(jwk, name)).value_or(""); };
    const auto kind = textAt(jwk, "kty"), curve = textAt(jwk, "crv");
    if (kind == "RSA") return rsaKey(bytes("n"), bytes("e"));
    if (kind == "EC" && curve == "P-256") return ecKey(bytes("x"), bytes("y"));
    if (kind == "OKP" && curve == "Ed25519") return edKey(bytes("x"));
    return nullptr;
}

std::string_view nameOf(Algorithm algorithm) {
    switch (algorithm) {
        case Algorithm::RS256: return "RS256";
        case Algorithm::ES256: return "ES256";
        case Algorithm::EdDSA: return "EdDSA";
    }
    return "";
}

}  // namespace

Result<Jwks> parseJwks(std::string_view text) {
    const auto wrong = [](std::string what) { return Fault{"configuration", "The key set " + std::move(what)}; };
    const auto set = parseStrictly(text);
    const auto* list = set ? set->if_contains("keys") : nullptr;
    if (!list || !list->is_array()) return wrong("is not a JWKS: a JSON object with a list `keys` is wanted.");
    Jwks keys;
    for (const auto& item : list->get_array()) {
        if (!item.is_object()) return wrong("holds something that is no key.");
        const auto& jwk = item.get_object();
        if (jwk.contains("d") || jwk.contains("k") || jwk.contains("p"))
            return wrong(
                "holds a private or shared key; publish the public keys alone, and make new ones, since these are "
                "known now.");
        if (const auto use = textAt(jwk, "use"); !use.empty() && use != "sig") continue;
        auto key = keyFrom(jwk);
        const auto algorithm = key ? algorithmOf(key) : std::nullopt;
        if (!algorithm) continue;
        if (const auto said = textAt(jwk, "alg"); !said.empty() && said != nameOf(*algorithm)) continue;
        const auto id = textAt(jwk, "kid");
        keys.push_back({id.empty() ? std::nullopt : std::optional(id), *algorithm, std::move(key)});
    }
    if (keys.empty())
        return wrong("holds no key that can be used: RSA from 2048 bits (RS256), P-256 (ES256) or Ed25519 (EdDSA).");
    return keys;
}

Found find(const Jwks& keys, const Jwt& token, const VerificationKey*& found) {
    if (!token.keyId) {
        found = keys.size() == 1 ? keys.data() : nullptr;
        return found ? Found::key : Found::unnamed;
    }
    const auto at = std::ranges::find(keys, token.keyId, &VerificationKey::id);
    found = at == keys.end() ? nullptr : &*at;
    return found ? Found::key : Found::unknown;
}

}  // namespace deskline::identity
