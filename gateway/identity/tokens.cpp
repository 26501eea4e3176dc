#include "identity/tokens.hpp"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <boost/json.hpp>
#include <fstream>
#include <vector>

#include "model/id.hpp"

namespace deskline::identity {
namespace {

namespace json = boost::json;

constexpr std::int64_t leewaySeconds = 60;
constexpr std::size_t longestToken = 8192, fieldBytes = 32;  // P-256

std::string encode(std::string_view bytes) {  // base64url, RFC 4648 §5, no padding
    static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text;
    std::uint32_t buffer = 0;
    int bits = 0;
    for (const unsigned char byte : bytes) {
        buffer = buffer << 8 | byte;
        for (bits += 8; bits >= 6; bits -= 6) text += alphabet[buffer >> (bits - 6) & 63];
    }
    if (bits > 0) text += alphabet[buffer << (6 - bits) & 63];
    return text;
}

bool decode(std::string_view text, std::string& bytes) {
    std::uint32_t buffer = 0;
    int bits = 0;
    for (const char c : text) {
        const int value = c >= 'A' && c <= 'Z'   ? c - 'A'
                          : c >= 'a' && c <= 'z' ? c - 'a' + 26
                          : c >= '0' && c <= '9' ? c - '0' + 52
                          : c == '-'             ? 62
                          : c == '_'             ? 63
                                                 : -1;
        if (value < 0) return false;
        buffer = buffer << 6 | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>(buffer >> bits & 255);
        }
    }
    return true;
}

// ECDSA in OpenSSL speaks DER, a JWS the two numbers side by side (RFC 7518 §3.4).
std::string rawSignature(const std::vector<unsigned char>& der) {
    const auto* at = der.data();
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), &ECDSA_SIG_free);
    std::string raw(2 * fieldBytes, '\0');
    auto* out = reinterpret_cast<unsigned char*>(raw.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, fieldBytes);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + fieldBytes, fieldBytes);
    return raw;
}

std::vector<unsigned char> derSignature(const std::string& raw) {
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(ECDSA_SIG_new(), &ECDSA_SIG_free);
    const auto* in = reinterpret_cast<const unsigned char*>(raw.data());
    ECDSA_SIG_set0(signature.get(), BN_bin2bn(in, fieldBytes, nullptr), BN_bin2bn(in + fieldBytes, fieldBytes, nullptr));
    unsigned char* der = nullptr;
    const int length = i2d_ECDSA_SIG(signature.get(), &der);
    std::vector<unsigned char> bytes(der, der + length);
    OPENSSL_free(der);
    return bytes;
}

Fault refused(std::string why) { return {"not-authorized", std::move(why)}; }

std::string stringAt(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool numberAt(const json::object& object, std::string_view key, std::int64_t& out) {
    const auto* value = object.if_contains(key);
    if (!value || !value->is_number()) return false;
    json::error_code error;
    out = value->to_number<std::int64_t>(error);
    return !error;
}

bool meantFor(const json::object& claims, const std::string& audience) {
    const auto* value = claims.if_contains("aud");
    if (!value) return false;
    if (value->is_string()) return std::string_view(value->get_string()) == audience;
    if (!value->is_array()) return false;
    for (const auto& item : value->get_array())
        if (item.is_string() && std::string_view(item.get_string()) == audience) return true;
    return false;
}

}  // namespace

Result<std::unique_ptr<Tokens>> Tokens::open(const std::filesystem::path& path, std::string issuer, std::string audience) {
    std::unique_ptr<Tokens> tokens(new Tokens);
    tokens->issuer_ = std::move(issuer);
    tokens->audience_ = std::move(audience);
    std::error_code error;
    const auto fault = [&](const std::string& what) { return Fault{"configuration", "The signing key " + path.string() + " " + what}; };
    if (!std::filesystem::exists(path, error)) {
        tokens->key_.reset(EVP_EC_gen("P-256"), &EVP_PKEY_free);
        if (!tokens->key_) return fault("could not be made.");
        std::filesystem::create_directories(path.parent_path(), error);
        const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
        PEM_write_bio_PrivateKey(out.get(), tokens->key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
        char* pem = nullptr;
        const long length = BIO_get_mem_data(out.get(), &pem);
        std::ofstream file(path, std::ios::binary);
        std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
        if (!file.write(pem, length).flush()) return fault("could not be written: check the folder and the account's rights.");
    } else {
        std::ifstream file(path, std::ios::binary);
        const std::string pem{std::istreambuf_iterator<char>(file), {}};
        const std::unique_ptr<BIO, decltype(&BIO_free)> in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
        tokens->key_.reset(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
        if (!tokens->key_) return fault("cannot be read: it must be a PEM file with a P-256 private key that this account may read.");
        char group[32] = {};
        std::size_t length = 0;
        if (!EVP_PKEY_is_a(tokens->key_.get(), "EC") || EVP_PKEY_get_group_name(tokens->key_.get(), group, sizeof group, &length) != 1 ||
            std::string_view(group, length) != "prime256v1")
            return fault("is of another kind: it must be a P-256 private key.");
    }
    unsigned char* der = nullptr;
    const int length = i2d_PUBKEY(tokens->key_.get(), &der);
    tokens->keyId_ = stableId({"key", std::string_view(reinterpret_cast<char*>(der), static_cast<std::size_t>(length))});
    OPENSSL_free(der);
    return tokens;
}

std::string Tokens::issue(const Identity& identity, std::int64_t now) const {
    const json::object header{{"alg", "ES256"}, {"typ", "JWT"}, {"kid", keyId_}};
    json::object claims{{"iss", issuer_}, {"aud", audience_},        {"sub", identity.subject},
                        {"iat", now},     {"exp", identity.expires}, {"role", name(identity.role)}};
    json::array agents;
    for (const auto& agent : identity.agents) agents.emplace_back(agent);
    if (!agents.empty()) claims["agents"] = std::move(agents);
    const auto signedPart = encode(json::serialize(header)) + "." + encode(json::serialize(claims));
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    std::size_t length = 0;
    const auto* data = reinterpret_cast<const unsigned char*>(signedPart.data());
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
    EVP_DigestSign(context.get(), nullptr, &length, data, signedPart.size());
    std::vector<unsigned char> der(length);
    if (EVP_DigestSign(context.get(), der.data(), &length, data, signedPart.size()) != 1) throw std::runtime_error("the token could not be signed");
    der.resize(length);
    return signedPart + "." + encode(rawSignature(der));
}

Result<Identity> Tokens::verify(std::string_view token, std::int64_t now) const {
    if (token.size() > longestToken) return refused("The token is too long.");
    const auto first = token.find('.'), second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return refused("The token is not a JWT.");
    std::string header, claims, signature;
    if (!decode(token.substr(0, first), header) || !decode(token.substr(first + 1, second - first - 1), claims) ||
        !decode(token.substr(second + 1), signature) || signature.size() != 2 * fieldBytes)
        return refused("The token is not a JWT.");
    json::error_code error;
    const auto head = json::parse(header, error);
    if (error || !head.is_object() || stringAt(head.get_object(), "alg") != "ES256") return refused("The token is not signed with ES256.");
    if (const auto kid = stringAt(head.get_object(), "kid"); !kid.empty() && kid != keyId_) return refused("The token was signed with another key.");
    const auto der = derSignature(signature);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
    if (EVP_DigestVerify(context.get(), der.data(), der.size(), reinterpret_cast<const unsigned char*>(token.data()), second) != 1)
        return refused("The token's signature is wrong.");
    const auto body = json::parse(claims, error);
    if (error || !body.is_object()) return refused("The token's claims are not JSON.");
    const auto& said = body.get_object();
    std::int64_t expires = 0, notBefore = 0;
    if (!numberAt(said, "exp", expires)) return refused("The token has no end (exp).");
    if (expires + leewaySeconds < now) return refused("The token has expired.");
    if (numberAt(said, "nbf", notBefore) && notBefore - leewaySeconds > now) return refused("The token is not valid yet.");
    if (stringAt(said, "iss") != issuer_) return refused("The token is of another issuer.");
    if (!meantFor(said, audience_)) return refused("The token is for another audience.");
    Identity identity{stringAt(said, "sub"), Role::agent, {}, expires};
    const auto role = named<Role>(stringAt(said, "role"));
    if (identity.subject.empty() || !role) return refused("The token names no subject or no known role.");
    identity.role = *role;
    if (const auto* agents = said.if_contains("agents"); agents && agents->is_array())
        for (const auto& agent : agents->get_array())
            if (agent.is_string()) identity.agents.insert(std::string(agent.get_string()));
    return identity;
}

}  // namespace deskline::identity
