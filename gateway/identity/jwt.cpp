#include "identity/jwt.hpp"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <boost/json/basic_parser_impl.hpp>
#include <set>
#include <vector>

#include "model/crypto_memory.hpp"
#include "model/freed.hpp"
#include "model/text.hpp"

namespace deskline::identity {
namespace {

namespace json = boost::json;

constexpr std::size_t fieldBytes = 32;  // of P-256

// Notices a name that stands twice in one object: readers disagree on which one counts, and that is an attack (RFC 8725
// §2.4).
struct Names {
    static constexpr std::size_t max_object_size = SIZE_MAX, max_array_size = SIZE_MAX, max_key_size = SIZE_MAX,
                                 max_string_size = SIZE_MAX;
    std::vector<std::set<std::string>> open;
    std::string name;
    bool twice = false;

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_object_begin(json::error_code&) {
        open.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t, json::error_code&) {
        open.pop_back();
        return true;
    }
    bool on_array_begin(json::error_code&) { return true; }
    bool on_array_end(std::size_t, json::error_code&) { return true; }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        name += part;
        return true;
    }
    bool on_key(json::string_view part, std::size_t, json::error_code&) {
        name += part;
        twice = !open.back().insert(std::exchange(name, {})).second || twice;
        return true;
    }
    bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }
    bool on_string(json::string_view, std::size_t, json::error_code&) { return true; }
    bool on_number_part(json::string_view, json::error_code&) { return true; }
    bool on_int64(std::int64_t, json::string_view, json::error_code&) { return true; }
    bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return true; }
    bool on_double(double, json::string_view, json::error_code&) { return true; }
    bool on_bool(bool, json::error_code&) { return true; }
    bool on_null(json::error_code&) { return true; }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }
};

using EcSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

const unsigned char* bytesOf(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// ECDSA in OpenSSL speaks DER, a JWS the two numbers side by side (RFC 7518 §3.4).
std::string rawSignature(const std::vector<unsigned char>& der) {
    const auto* at = der.data();
    const EcSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    if (!signature) throw std::bad_alloc();
    std::string raw(2 * fieldBytes, '\0');
    auto* out = reinterpret_cast<unsigned char*>(raw.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, fieldBytes);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + fieldBytes, fieldBytes);
    return raw;
}

std::string derSignature(const std::string& raw) {  // "": there is no memory for it
    const EcSignature signature(ECDSA_SIG_new());
    if (!signature) return {};
    auto *r = BN_bin2bn(bytesOf(raw), fieldBytes, nullptr),
         *s = BN_bin2bn(bytesOf(raw) + fieldBytes, fieldBytes, nullptr);
    if (!r || !s || ECDSA_SIG_set0(signature.get(), r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return {};
    }
    unsigned char* der = nullptr;
    const int length = i2d_ECDSA_SIG(signature.get(), &der);
    if (length <= 0) return {};
    std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
    OPENSSL_free(der);
    return bytes;
}

std::optional<Algorithm> algorithmNamed(std::string_view name) {
    if (name == "RS256") return Algorithm::RS256;
    if (name == "ES256") return Algorithm::ES256;
    if (name == "EdDSA") return Algorithm::EdDSA;
    return std::nullopt;
}

enum class Fit { fits, wrong, unknown };

// Where OpenSSL lacked memory, its "wrong" may be false: some of its functions answer 0 to that too.
Fit fitOf(const Jwt& token, const PublicKey& key) {
    if (algorithmOf(key) != token.algorithm) return Fit::wrong;
    if (token.algorithm == Algorithm::ES256 && token.signature.size() != 2 * fieldBytes) return Fit::wrong;
    const auto signature = token.algorithm == Algorithm::ES256 ? derSignature(token.signature) : token.signature;
    if (token.algorithm == Algorithm::ES256 && signature.empty()) return Fit::unknown;
    const Digest context(EVP_MD_CTX_new());
    const auto* digest = token.algorithm == Algorithm::EdDSA ? nullptr : EVP_sha256();
    if (!context || EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key.get()) != 1) return Fit::unknown;
    const int fits = EVP_DigestVerify(context.get(), bytesOf(signature), signature.size(), bytesOf(token.signedPart),
                                      token.signedPart.size());
    return fits == 1 ? Fit::fits : fits == 0 ? Fit::wrong : Fit::unknown;
}

// Checks the type: a token for another use (logout, DPoP) is no access token (RFC 8725 §3.11, RFC 9068 §2.1).
bool isAccessToken(std::string_view given) {
    auto type = lower(given);
    if (type.starts_with("application/")) type.erase(0, 12);
    return type.empty() || type == "jwt" || type == "at+jwt";
}

}  // namespace

std::string encodeBase64Url(std::string_view bytes) {
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

std::optional<std::string> decodeBase64Url(std::string_view text) {
    std::string bytes;
    std::uint32_t buffer = 0;
    int bits = 0;
    for (const char c : text) {
        const int value = c >= 'A' && c <= 'Z'   ? c - 'A'
                          : c >= 'a' && c <= 'z' ? c - 'a' + 26
                          : c >= '0' && c <= '9' ? c - '0' + 52
                          : c == '-'             ? 62
                          : c == '_'             ? 63
                                                 : -1;
        if (value < 0) return std::nullopt;
        buffer = buffer << 6 | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>(buffer >> bits & 255);
        }
    }
    const bool canonical =
        bits < 6 && (buffer & ((1U << bits) - 1)) == 0;  // no text stands for the same bytes as another (RFC 4648 §3.5)
    return canonical ? std::optional(std::move(bytes)) : std::nullopt;
}

std::optional<json::object> parseStrictly(std::string_view text) {
    json::error_code error;
    json::basic_parser<Names> names(json::parse_options{});
    names.write_some(false, text.data(), text.size(), error);
    if (error || names.handler().twice) return std::nullopt;
    auto value = json::parse({text.data(), text.size()}, error);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

Fault refusedToken(std::string why) { return {"not-authorized", std::move(why)}; }

std::string textAt(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<std::int64_t> numberAt(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (!value || !value->is_number()) return std::nullopt;
    json::error_code error;
    if (const auto whole = value->to_number<std::int64_t>(error); !error) return whole;
    const double number =
        value->is_double() ? value->get_double() : -1;  // NumericDate may have a fraction (RFC 7519 §2)
    return number >= 0 && number < 1e15 ? std::optional(static_cast<std::int64_t>(number)) : std::nullopt;
}

Result<Jwt> parseJwt(std::string_view token) {
    if (token.size() > longestToken) return refusedToken("The token has more than 8 KiB.");
    const auto first = token.find('.'), second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
        return refusedToken("The token is not a JWT: it must have three parts with a dot between them.");
    const auto header = decodeBase64Url(token.substr(0, first)),
               claims = decodeBase64Url(token.substr(first + 1, second - first - 1));
    auto signature = decodeBase64Url(token.substr(second + 1));
    if (!header || !claims) return refusedToken("The token is not a JWT: its parts must be base64url.");
    if (!signature)
        return refusedToken("The token's signature is wrong: it is no base64url, or not in its one spelling.");
    const auto head = parseStrictly(*header);
    auto body = parseStrictly(*claims);
    if (!head || !body)
        return refusedToken("The token's header and claims must be JSON objects in which no name stands twice.");
    Jwt jwt;
    const auto algorithm = algorithmNamed(textAt(*head, "alg"));
    if (!algorithm) return refusedToken("The token's alg must be RS256, ES256 or EdDSA.");
    if (head->contains("crit"))
        return refusedToken("The token's header asks for extensions (crit) that are not understood here.");
    if (head->contains("typ") && !isAccessToken(textAt(*head, "typ").empty() ? "?" : textAt(*head, "typ")))
        return refusedToken("The token's typ must be JWT or at+jwt.");
    if (const auto* keyId = head->if_contains("kid")) {
        if (!keyId->is_string()) return refusedToken("The token's kid must be a text.");
        jwt.keyId = std::string(keyId->get_string());
    }
    jwt.algorithm = *algorithm;
    jwt.claims = std::move(*body);
    jwt.signedPart = token.substr(0, second);
    jwt.signature = std::move(*signature);
    return jwt;
}

std::optional<Algorithm> algorithmOf(const PublicKey& key) {
    if (EVP_PKEY_is_a(key.get(), "RSA")) return Algorithm::RS256;
    if (EVP_PKEY_is_a(key.get(), "ED25519")) return Algorithm::EdDSA;
    char group[32] = {};
    std::size_t length = 0;
    if (EVP_PKEY_is_a(key.get(), "EC") && EVP_PKEY_get_group_name(key.get(), group, sizeof group, &length) == 1 &&
        std::string_view(group, length) == "prime256v1")
        return Algorithm::ES256;
    return std::nullopt;
}

Result<void> checkSignature(const Jwt& token, const PublicKey& key) {
    const CryptoLack lack;
    const auto fit = fitOf(token, key);
    ERR_clear_error();
    if (fit == Fit::fits) return {};
    if (fit == Fit::wrong && !lack.happened()) return refusedToken("The token's signature is wrong.");
    return Fault{"resource-unavailable",
                 "The token's signature could not be checked; there may be no memory for it just now."};
}

std::string signEs256(const std::string& signedPart, const PublicKey& key) {
    const Digest context(EVP_MD_CTX_new());
    if (!context) throw std::bad_alloc();
    std::size_t length = 0;
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
    EVP_DigestSign(context.get(), nullptr, &length, bytesOf(signedPart), signedPart.size());
    std::vector<unsigned char> der(length);
    if (EVP_DigestSign(context.get(), der.data(), &length, bytesOf(signedPart), signedPart.size()) != 1)
        throw std::runtime_error("the token could not be signed");
    der.resize(length);
    return encodeBase64Url(rawSignature(der));
}

}  // namespace deskline::identity
