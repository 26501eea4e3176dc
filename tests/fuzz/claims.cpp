// The claims of a token with a valid signature, since a provider also signs texts of its users.
#include "identity/claims.hpp"

#include "fuzz.hpp"
#include "identity/keys.hpp"
#include "model/seconds.hpp"
#include "model/time.hpp"

namespace deskline::fuzz {

void one(std::string_view input) {
    using namespace identity;
    constexpr std::int64_t now = 1'780'000'000;
    const auto claims = parseStrictly(input);
    if (!claims) return;
    const ClaimMap map{"sub",    "realm_access.roles",
                       "agents", "https://deskline/groups",
                       "scope",  {{"Team leads", Role::supervisor}},
                       {"Sales"}};
    for (const auto& used : {ClaimMap{}, map}) {
        const auto identity = readClaims(*claims, {"https://login.example", "deskline"}, used, now);
        if (!identity) {
            isProblem(identity.error());
            continue;
        }
        HOLDS(!identity->subject.empty() && identity->expires >= now - leewaySeconds);
        // The uses of the identity afterwards.
        static const Folder folder;
        static const Keys keys(folder.path / "none.json");
        HOLDS(keys.current(*identity, Time(std::chrono::seconds(now))));
        HOLDS(fromRfc3339(toRfc3339(fromSeconds(identity->expires))));
        for (const auto& scope : identity->scopes) HOLDS(!scope.empty() && scope.find(' ') == std::string::npos);
    }
}

}  // namespace deskline::fuzz
