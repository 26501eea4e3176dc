// An identity provider's side, for the tests of tokens: keys, a JWKS of them, tokens; and an issuer that asks it.
#pragma once
#include <catch2/catch.hpp>

#include <openssl/evp.h>

#include "identity/issuer.hpp"
#include "identity/jwt.hpp"

namespace deskline::identity {

namespace json = boost::json;

inline constexpr std::int64_t noon = 1'800'000'000;  // seconds since 1970

inline PublicKey generated(Algorithm algorithm) {
    EVP_PKEY* key = algorithm == Algorithm::RS256   ? EVP_RSA_gen(2048)
                    : algorithm == Algorithm::ES256 ? EVP_EC_gen("P-256")
                                                    : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    return {key, &EVP_PKEY_free};
}

struct Provider {  // an identity provider's side: keys, a JWKS of them, tokens
    PublicKey key;
    Algorithm algorithm;
    std::string id;

    explicit Provider(Algorithm a, std::string keyId = "k1") : key(generated(a)), algorithm(a), id(std::move(keyId)) {}

    std::string number(const char* name) const {
        BIGNUM* value = nullptr;
        EVP_PKEY_get_bn_param(key.get(), name, &value);
        std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
        BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
        BN_free(value);
        return bytes;
    }
    static std::string padded(std::string bytes) { return std::string(32 - bytes.size(), '\0') + bytes; }
    json::object jwk() const {
        json::object jwk{{"kid", id}, {"use", "sig"}};
        if (algorithm == Algorithm::RS256) {
            jwk["kty"] = "RSA";
            jwk["n"] = encodeBase64Url(number("n"));
            jwk["e"] = encodeBase64Url(number("e"));
        } else if (algorithm == Algorithm::ES256) {
            jwk["kty"] = "EC";
            jwk["crv"] = "P-256";
            jwk["x"] = encodeBase64Url(padded(number("qx")));
            jwk["y"] = encodeBase64Url(padded(number("qy")));
        } else {
            std::string raw(32, '\0');
            std::size_t length = raw.size();
            EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(raw.data()), &length);
            jwk["kty"] = "OKP";
            jwk["crv"] = "Ed25519";
            jwk["x"] = encodeBase64Url(raw);
        }
        return jwk;
    }
    std::string sign(const std::string& text) const {
        if (algorithm == Algorithm::ES256) return signEs256(text, key);
        EVP_MD_CTX* context = EVP_MD_CTX_new();
        std::size_t length = 0;
        const auto* data = reinterpret_cast<const unsigned char*>(text.data());
        EVP_DigestSignInit(context, nullptr, algorithm == Algorithm::EdDSA ? nullptr : EVP_sha256(), nullptr,
                           key.get());
        EVP_DigestSign(context, nullptr, &length, data, text.size());
        std::string signature(length, '\0');
        EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &length, data, text.size());
        EVP_MD_CTX_free(context);
        return encodeBase64Url(signature.substr(0, length));
    }
    std::string signedText(const std::string& header, const std::string& claims) const {
        const auto text = encodeBase64Url(header) + "." + encodeBase64Url(claims);
        return text + "." + sign(text);
    }
    std::string alg() const {
        return algorithm == Algorithm::RS256 ? "RS256" : algorithm == Algorithm::ES256 ? "ES256" : "EdDSA";
    }
    std::string token(const json::object& claims, json::object header = {}) const {
        json::object head{{"alg", alg()}, {"kid", id}, {"typ", "at+jwt"}};
        for (auto& member : header) head[member.key()] = member.value();
        return signedText(json::serialize(head), json::serialize(claims));
    }
};

inline json::object claims(json::object more = {}) {
    json::object all{{"iss", "https://login.test"}, {"aud", "deskline"}, {"sub", "ada"},
                     {"exp", noon + 600},           {"iat", noon - 10},  {"role", "agent"},
                     {"agents", {"1001"}}};
    for (auto& member : more) all[member.key()] = member.value();
    return all;
}

inline std::string jwksOf(std::initializer_list<const Provider*> providers) {
    json::array keys;
    for (const auto* provider : providers) keys.push_back(provider->jwk());
    return json::serialize(json::object{{"keys", std::move(keys)}});
}

// An issuer whose keys come from `answer`, and how often it was asked.
struct KeyDesk {
    std::string answer;
    bool down = false;
    int asked = 0;
    Issuer issuer{{.issuer = "https://login.test", .audience = "deskline", .jwks = "https://login.test/keys"},
                  [this](const std::string&, const auto& done) {
                      ++asked;
                      done(down ? Result<std::string>(Fault{"resource-unavailable", "nobody there"})
                                : Result<std::string>(answer));
                  }};
    Issuer::Clock::time_point time = Issuer::Clock::now();

    explicit KeyDesk(std::string keys) : answer(std::move(keys)) {}
    Result<Identity> ask(const std::string& token, std::int64_t now = noon) {
        auto jwt = parseJwt(token);
        if (!jwt) return jwt.error();
        std::optional<Result<Identity>> out;
        issuer.verify(
            std::move(*jwt), now, [&](Result<Identity> identity) { out = std::move(identity); }, time);
        return out ? *out : Result<Identity>(Fault{"internal", "no answer"});
    }
};

inline std::string why(const Result<Identity>& result) {
    return result ? "believed" : std::string(result.error().slug) + ": " + result.error().detail;
}

inline Time at(std::int64_t seconds) { return Time(std::chrono::seconds(seconds)); }

}  // namespace deskline::identity
