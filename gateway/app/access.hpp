// Everything that says who a caller is, made of the configuration: the gateway's own key, API keys, the identity
// provider.
#pragma once
#include "api/readiness.hpp"
#include "host/configuration.hpp"
#include "identity/authenticator.hpp"
#include "model/finding.hpp"
#include "outbound/https_client.hpp"

namespace deskline {

struct Access {
    std::unique_ptr<identity::Tokens> tokens;
    std::unique_ptr<identity::Keys> keys;
    std::unique_ptr<identity::Issuer> issuer;       // null where there is none
    std::unique_ptr<outbound::HttpsClient> client;  // asks it; goes first, so that no answer comes to one that is gone
    std::unique_ptr<identity::Authenticator> authenticator;
};

Result<Access> openAccess(const host::Configuration& configuration);
// For `deskline doctor`: whether that could be, by the same readers; nothing is made.
std::vector<Finding> diagnoseAccess(const host::Configuration& configuration);
// About once a second, after what may have changed was read: the checks `keys` and `provider-keys`.
void tellReadiness(const Access& access, api::Readiness& readiness);

}  // namespace deskline
