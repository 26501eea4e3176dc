// The receiver of a webhook: which address it may have, and the secrets with which posts to it are signed.
// Source: Standard Webhooks, RFC 3986. Thread: any.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/json.hpp"

namespace deskline::automation {

struct SigningSecret {
    std::string value;          // "whsec_" and base64 of 24 to 64 bytes
    std::optional<Time> until;  // until when the secret from before a rotation is valid; absent: without an end
};
BOOST_DESCRIBE_STRUCT(SigningSecret, (), (value, until))

// "v1,<base64>": HMAC-SHA256 of "<id>.<timestamp>.<body>"; one for each valid secret.
std::string sign(const std::vector<SigningSecret>& secrets, const std::string& id, const std::string& timestamp,
                 const std::string& body);
std::string newSecret();
bool isSecret(std::string_view text);
// Why a receiver's address may not be used; what it resolves to is checked again before each delivery.
std::optional<std::string> unfitUrl(const std::string& url);

}  // namespace deskline::automation
