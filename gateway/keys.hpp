// `deskline token`, `deskline key`, `deskline revoke`. Thread: main's. Answers are exit codes; what went wrong is said
// on stderr.
#pragma once
#include <string>
#include <vector>

#include "host/configuration.hpp"

namespace deskline {

struct TokenOptions {
    std::string subject, role = "agent", ttl = "8h";
    std::vector<std::string> agents, groups, scopes;
};
int makeToken(const host::Configuration& configuration, const TokenOptions& options);

struct KeyOptions {
    std::string name, role = "integration", expires, certificate, id;
    std::vector<std::string> scopes, agents, groups;
    bool json = false;
};
int createKey(const host::Configuration& configuration, const KeyOptions& options);
int listKeys(const host::Configuration& configuration, const KeyOptions& options);
int revokeKey(const host::Configuration& configuration, const KeyOptions& options);
int revokeSubject(const host::Configuration& configuration, const std::string& subject);

}  // namespace deskline
