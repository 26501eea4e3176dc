// A set of public keys (JWKS): RSA from 2048 bits, P-256, Ed25519. Keys of other kinds and for encryption are skipped.
// A set that holds a private or a shared key is refused as a whole, since everyone who can read it can sign. Source:
// RFC 7517, RFC 7518 §6, RFC 8037 §2. Thread: any.
#pragma once
#include <vector>

#include "identity/jwt.hpp"

namespace deskline::identity {

struct VerificationKey {
    std::optional<std::string> id;
    Algorithm algorithm;
    PublicKey key;
};
using Jwks = std::vector<VerificationKey>;

Result<Jwks> parseJwks(std::string_view text);  // the fault (configuration) says what is wrong with the set

enum class Found { key, unknown, unnamed };  // unnamed: no kid, and more than one key that could be meant
Found find(const Jwks& keys, const Jwt& token, const VerificationKey*& found);

}  // namespace deskline::identity
