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
// In its one spelling alone: no padding, and what the last character has beyond the bytes is 0 (RFC 4648 §3.5). Else
// one signature had several.
std::optional<std::string> decodeBase64Url(std::string_view text);

// An object in which no name stands twice; nothing: it is no such JSON.
std::optional<boost::json::object> parseStrictly(std::string_view text);

Fault refusedToken(std::string why);  // not-authorized, in plain words

Result<Jwt> parseJwt(std::string_view token);
// Nothing where it fits. not-authorized: it does not, or the key is of another kind than the algorithm.
// resource-unavailable: that could not be judged, for want of memory or because OpenSSL failed otherwise, and says
// nothing of the token.
Result<void> checkSignature(const Jwt& token, const PublicKey& key);
std::optional<Algorithm> algorithmOf(const PublicKey& key);  // the one that a key is for; nothing: none of ours
std::string signEs256(const std::string& signedPart, const PublicKey& key);  // base64url; throws std::runtime_error

std::string textAt(const boost::json::object& object, std::string_view name);  // "" where it is no text
std::optional<std::int64_t> numberAt(const boost::json::object& object, std::string_view name);

}  // namespace deskline::identity
