// What the commands about callers share (token, key, revoke): scopes and groups as their options name them, exit codes,
// the audit. Thread: main's.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "host/configuration.hpp"
#include "identity/policy.hpp"
#include "model/fault.hpp"

namespace deskline::cli {

// An option has a value that it does not take: says so on stderr; the exit code 2.
int misused(const std::string& what);
// What a change of the keys could not do: the caller's mistake (2), or the host's (1).
int notDone(const Fault& fault);

std::string joined(const std::vector<std::string>& texts, const char* between = ",");
std::string scopesThere();  // "agents:read, agents:write, …"
// Which of them is no scope, and which there are; "": all are.
std::string unknownScope(const std::vector<std::string>& scopes);
// Whoever is for nobody in particular is for everybody, and says so.
std::vector<std::string> groupsOrAll(const std::vector<std::string>& groups, const std::vector<std::string>& agents,
                                     identity::Role role);

// Why the caller can do little or nothing, and which options it has to no effect; each says what to give instead, to be
// read after "deskline: ". Empty: nothing of the kind. `plural`: "s" where the options are --agents, --scopes, …
std::vector<std::string> doubtsAbout(const identity::Identity& caller, const std::string& plural);

// Into the audit, that the command `action` was done to `object` ("/keys/…"). Where it cannot be, stderr says so.
void noteInAudit(const host::Configuration& configuration, const char* action, const std::string& object,
                 std::optional<std::string> detail = {});

}  // namespace deskline::cli
