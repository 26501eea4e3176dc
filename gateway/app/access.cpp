#include "app/access.hpp"

#include "model/files.hpp"
#include "model/host_text.hpp"

namespace deskline {
namespace {

constexpr auto fetchPatience = std::chrono::seconds(5);

identity::ClaimMap claimMap(const host::Configuration& c) {
    identity::ClaimMap map{c.identity.claimSubject,
                           c.identity.claimRole,
                           c.identity.claimAgents,
                           c.identity.claimGroups,
                           c.identity.claimScopes,
                           {},
                           {}};
    for (const auto& line : c.identity.roles) {  // "their name = ours", as the configuration has checked
        const auto [theirs, ours] = host::roleNames(line);
        map.roles[theirs] = named<identity::Role>(ours).value_or(identity::Role::agent);
    }
    map.defaultGroups = {c.identity.defaultGroups.begin(), c.identity.defaultGroups.end()};
    return map;
}

identity::IssuerOptions issuerOptions(const host::Configuration& c) {
    const auto& is = c.identity;
    return {is.issuer, is.audience, is.jwks, std::chrono::seconds(is.refresh), claimMap(c)};
}

// Whether the gateway's own key can be used; where there is none, whether it could be made.
Result<void> localKeyFits(const host::Configuration& c) {
    const auto there = stampOf(c.identity.localKey);
    if (!there) return there.error();
    if (!*there) {
        const auto may = mayMake(c.identity.localKey);
        return may ? Result<void>() : may.error();
    }
    const auto tokens = identity::Tokens::open(c.identity.localKey, c.identity.audience);
    return tokens ? Result<void>() : tokens.error();
}

}  // namespace

Result<Access> openAccess(const host::Configuration& c) {
    Access access;
    auto tokens = identity::Tokens::open(c.identity.localKey, c.identity.audience);
    if (!tokens) return tokens.error();
    access.tokens = std::move(*tokens);
    access.keys = std::make_unique<identity::Keys>(c.identity.keys);
    if (auto readable = access.keys->open(); !readable) return readable.error();
    if (!c.identity.issuer.empty()) {
        try {
            access.client = std::make_unique<outbound::HttpsClient>(
                outbound::ClientOptions{true, c.identity.authorities, "identity", fetchPatience});
        } catch (const std::exception& error) {
            return Fault{"configuration", error.what()};
        }
        access.issuer = std::make_unique<identity::Issuer>(
            issuerOptions(c),
            [client = access.client.get()](const std::string& url, std::function<void(Result<std::string>)> done) {
                client->get(url, std::move(done));
            });
        if (auto readable = access.issuer->open(); !readable) return readable.error();
    }
    access.authenticator =
        std::make_unique<identity::Authenticator>(*access.tokens, access.keys.get(), access.issuer.get());
    return access;
}

std::vector<Finding> diagnoseAccess(const host::Configuration& c) {
    std::vector<Finding> findings;
    const auto check = [&](const char* area, const Result<void>& readable, const std::string& remedy) {
        if (readable) return;
        findings.push_back({area, Severity::failed, readable.error().detail, "The gateway does not start.", remedy});
    };
    const auto mayRead = [](const std::filesystem::path& file) {
        return "Give Deskline's account the right to read " + textOf(file);
    };
    const auto* anew = ", or put a copy back. Moved away it is made anew, and tokens of before are void.";
    check("keys", localKeyFits(c), mayRead(c.identity.localKey) + anew);
    const auto keys = identity::readKeyFile(c.identity.keys);
    const auto* back = ", or put a copy back: what was revoked is in it.";
    check("keys", keys ? Result<void>() : keys.error(), mayRead(c.identity.keys) + back);
    if (!c.identity.issuer.empty()) {
        identity::Issuer issuer(issuerOptions(c), {});
        const auto readable = issuer.open();
        check("provider-keys", readable, mayRead(pathOf(c.identity.jwks)) + ", or set [identity] jwks to another one.");
        if (readable && !issuer.fault().empty()) {
            const auto remedy = "Put the provider's public keys into " + c.identity.jwks + ".";
            const auto* meaning = "The provider's tokens are refused.";
            findings.push_back({"provider-keys", Severity::degraded, issuer.fault(), meaning, remedy});
        }
    }
    const auto* whole = "The gateway's own key and the API keys are as they should be.";
    if (findings.empty()) findings.push_back({"keys", Severity::ok, whole, "", ""});
    return findings;
}

void tellReadiness(const Access& access, api::Readiness& readiness) {
    readiness.tell("keys", access.keys->fault());
    if (access.issuer) readiness.tell("provider-keys", access.issuer->fault());
}

}  // namespace deskline
