// The answers of an identity provider: a line with the discovery document, then the key set.
#include "fuzz.hpp"
#include "identity/issuer.hpp"

namespace deskline::fuzz {

void one(std::string_view input) {
    using namespace identity;
    const std::string document(line(input)), set(input);
    int fetched = 0;
    Issuer issuer({"https://login.example", "deskline", "", std::chrono::seconds(600), {}},
                  [&](const std::string& url, const auto& done) {
                      HOLDS(url.starts_with("https://") && ++fetched <= 2);
                      done(fetched == 1 ? document : set);
                  });
    issuer.tick();
    const auto health = issuer.health();
    HOLDS((health.keys == 0) != health.fault.empty());
    Jwt token;
    token.keyId = "first";
    token.signedPart = "a.b";
    bool answered = false;
    issuer.verify(std::move(token), 1'780'000'000, [&](const Result<Identity>& identity) {
        answered = true;
        HOLDS(!identity);
        isReason(identity.error());
    });
    HOLDS(answered);
}

}  // namespace deskline::fuzz
