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

// Says on stderr what is wrong with the command line; the exit code 2.
int misused(const std::string& what);
// Says on stderr why the file of keys was not changed; the exit code: 2 where the caller asked for what cannot be, 1
// where the host failed.
int notDone(const Fault& fault);

std::string joined(const std::vector<std::string>& texts, const char* between = ",");
std::string scopesThere();  // "agents:read, agents:write, …"
// The first of these that is no scope, and which scopes there are; "" where all are scopes.
std::string unknownScope(const std::vector<std::string>& scopes);
// The groups that were given. Where there are none: every group, spelt "*"; but no group for an integration that is for
// named agents.
std::vector<std::string> groupsOrAll(const std::vector<std::string>& groups, const std::vector<std::string>& agents,
                                     identity::Role role);

// Why the caller can do little or nothing, and which options it has to no effect; each says what to give instead, to be
// read after "deskline: ". Empty: nothing of the kind. `plural`: "s" where the options are --agents, --scopes, …
std::vector<std::string> doubtsAbout(const identity::Identity& caller, const std::string& plural);

// Writes an audit entry: the command `action` was done to `object` ("/keys/…"). If that fails, says so on stderr.
void noteInAudit(const host::Configuration& configuration, const char* action, const std::string& object,
                 std::optional<std::string> detail = {});

}  // namespace deskline::cli
