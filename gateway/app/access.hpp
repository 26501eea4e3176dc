// Everything that says who a caller is, made of the configuration: the gateway's own key, API keys, the identity
// provider. Thread: main's.
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
    std::unique_ptr<outbound::HttpsClient> client;  // asks the provider; destroyed before the issuer that it answers
    std::unique_ptr<identity::Authenticator> authenticator;
};

Result<Access> openAccess(const host::Configuration& configuration);
// For `deskline doctor`: whether openAccess would succeed, found by the same readers. Makes no file.
std::vector<Finding> diagnoseAccess(const host::Configuration& configuration);
// Sets the checks `keys` and `provider-keys`. Called about once a second, after changed files were read again.
void tellReadiness(const Access& access, api::Readiness& readiness);

}  // namespace deskline
