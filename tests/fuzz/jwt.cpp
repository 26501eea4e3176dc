// A token as in a header or in `hello`: parsed, and its signature checked against keys that have signed nothing but the
// seeds.
#include "identity/jwt.hpp"

#include "fuzz.hpp"
#include "identity/jwks.hpp"
#include "jwt_keys.hpp"

namespace deskline::fuzz {

void one(std::string_view input) {
    using namespace identity;
    HOLDS(decodeBase64Url(encodeBase64Url(input)) == input);
    if (const auto bytes = decodeBase64Url(input)) HOLDS(encodeBase64Url(*bytes) == input);
    const auto token = parseJwt(input);
    if (!token) return isProblem(token.error());
    HOLDS(input.size() <= longestToken && input.starts_with(token->signedPart) &&
          input[token->signedPart.size()] == '.');
    static const auto keys = parseJwks(fuzzedKeys);
    HOLDS(keys.has_value() && keys->size() == 3);
    for (const auto& key : *keys) HOLDS(!checkSignature(*token, key.key) || wasSigned(token->signedPart));
}

}  // namespace deskline::fuzz
