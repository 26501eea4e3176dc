// Bearer tokens signed with the gateway's own key (ES256). `deskline token` makes them; the gateway accepts them beside
// those of the identity provider. Source: RFC 7515, RFC 7519. Thread: any.
#pragma once
#include <filesystem>

#include "identity/claims.hpp"
#include "identity/jwks.hpp"

namespace deskline::identity {

inline const std::string localIssuer = "deskline";

class Tokens {
public:
    // Reads the key, or makes one where there is none (readable by its owner alone). A key that cannot be read is a
    // fault; it is never replaced.
    static Result<std::unique_ptr<Tokens>> open(const std::filesystem::path& key, std::string audience);

    std::string issue(const Identity& identity,
                      std::int64_t now) const;  // expires at identity.expires; `now`: seconds since 1970
    // 60 s of leeway. The fault not-authorized says why in plain words.
    Result<Identity> verify(std::string_view token, std::int64_t now) const;
    Result<Identity> verify(const Jwt& token, std::int64_t now) const;

private:
    Tokens() = default;
    VerificationKey key_;
    std::string audience_;
};

}  // namespace deskline::identity
