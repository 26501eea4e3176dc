// A provider's key set.
#include "identity/jwks.hpp"

#include "fuzz.hpp"

namespace deskline::fuzz {

void one(std::string_view input) {
    using namespace identity;
    const auto keys = parseJwks(input);
    if (!keys) return isReason(keys.error());
    HOLDS(!keys->empty());
    for (const auto& key : *keys) {
        HOLDS(key.key && algorithmOf(key.key) == key.algorithm);
        Jwt token;
        token.algorithm = key.algorithm;
        token.keyId = key.id;
        token.signedPart = "a.b";
        token.signature = std::string(64, '\x01');
        const VerificationKey* found = nullptr;
        const auto how = find(*keys, token, found);
        HOLDS((how == Found::key) == (found != nullptr));
        HOLDS(!found || !key.id || found->id == key.id);
        if (found) HOLDS(!checkSignature(token, found->key));
    }
}

}  // namespace deskline::fuzz
