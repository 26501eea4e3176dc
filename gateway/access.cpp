#include "access.hpp"

namespace deskline {
namespace {

constexpr auto fetchPatience = std::chrono::seconds(5);

identity::ClaimMap claimMap(const host::Configuration& c) {
    identity::ClaimMap map{c.identity.claimSubject, c.identity.claimRole, c.identity.claimAgents, c.identity.claimGroups, c.identity.claimScopes, {}, {}};
    for (const auto& line : c.identity.roles) {  // "their name = ours", as the configuration has checked
        const auto [theirs, ours] = host::roleNames(line);
        map.roles[theirs] = named<identity::Role>(ours).value_or(identity::Role::agent);
    }
    map.defaultGroups = {c.identity.defaultGroups.begin(), c.identity.defaultGroups.end()};
    return map;
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
            access.client = std::make_unique<outbound::HttpsClient>(outbound::ClientOptions{true, c.identity.authorities, "identity", fetchPatience});
        } catch (const std::exception& error) {
            return Fault{"configuration", error.what()};
        }
        access.issuer = std::make_unique<identity::Issuer>(
            identity::IssuerOptions{c.identity.issuer, c.identity.audience, c.identity.jwks, std::chrono::seconds(c.identity.refresh), claimMap(c)},
            [client = access.client.get()](const std::string& url, std::function<void(Result<std::string>)> done) { client->get(url, std::move(done)); });
        if (auto readable = access.issuer->open(); !readable) return readable.error();
    }
    access.authenticator = std::make_unique<identity::Authenticator>(*access.tokens, access.keys.get(), access.issuer.get());
    return access;
}

void tellReadiness(const Access& access, api::Readiness& readiness) {
    readiness.tell("keys", access.keys->fault());
    if (access.issuer && access.issuer->fromFile()) readiness.tell("provider-keys", access.issuer->fileFault());
}

}  // namespace deskline
