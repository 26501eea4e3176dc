// Bearer tokens signed with the gateway's own key (ES256): made by `deskline token`, checked for every request and stream.
// Source: RFC 7515, RFC 7519, RFC 7518 §3.4. Thread: `issue` and `verify` any.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "identity/identity.hpp"
#include "model/fault.hpp"

struct evp_pkey_st;

namespace deskline::identity {

class Tokens {
public:
    // Reads the key, or makes one where there is none (the file is then readable by its owner alone).
    static Result<std::unique_ptr<Tokens>> open(const std::filesystem::path& key, std::string issuer, std::string audience);

    std::string issue(const Identity& identity, std::int64_t now) const;      // identity.expires is the token's end
    Result<Identity> verify(std::string_view token, std::int64_t now) const;  // 60 s of leeway; not-authorized says why in plain words

private:
    Tokens() = default;
    std::shared_ptr<evp_pkey_st> key_;
    std::string issuer_, audience_, keyId_;
};

}  // namespace deskline::identity
