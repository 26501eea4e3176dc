// JSON Web Tokens as they come from outside: taken apart strictly, their signatures checked with OpenSSL. RS256, ES256
// and EdDSA (Ed25519); what the header says about where to find a key (jku, jwk, x5u, x5c) is never followed. Source:
// RFC 7515, RFC 7518 §3, RFC 8037, RFC 8725. Thread: any.
#pragma once
#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/fault.hpp"

struct evp_pkey_st;

namespace deskline::identity {

inline constexpr std::size_t longestToken = 8192;  // bytes

using PublicKey = std::shared_ptr<evp_pkey_st>;

enum class Algorithm { RS256, ES256, EdDSA };

struct Jwt {
    Algorithm algorithm = Algorithm::ES256;
    std::optional<std::string> keyId;
    boost::json::object claims;
    std::string signedPart, signature;
};

std::string encodeBase64Url(std::string_view bytes);  // RFC 4648 §5, no padding
// Accepts only the one canonical spelling: no padding, and the unused bits of the last character are 0 (RFC 4648 §3.5).
// Otherwise one signature would have several spellings.
std::optional<std::string> decodeBase64Url(std::string_view text);

// A JSON object without duplicate names; absent: the text is none.
std::optional<boost::json::object> parseStrictly(std::string_view text);

Fault refusedToken(std::string why);  // not-authorized, in plain words

Result<Jwt> parseJwt(std::string_view token);
// No fault: the signature is right. not-authorized: it is wrong, or the key does not fit the algorithm.
// resource-unavailable: it could not be checked, for lack of memory or because OpenSSL failed otherwise; the token may
// be right or wrong.
Result<void> checkSignature(const Jwt& token, const PublicKey& key);
std::optional<Algorithm> algorithmOf(const PublicKey& key);  // the algorithm that the key is for; absent: none of these
std::string signEs256(const std::string& signedPart, const PublicKey& key);  // base64url; throws std::runtime_error

std::string textAt(const boost::json::object& object, std::string_view name);  // "" where it is no text
std::optional<std::int64_t> numberAt(const boost::json::object& object, std::string_view name);

}  // namespace deskline::identity
