// Carries a command to its source and its outcome back to the ledger, whoever asked for it: a caller, or the gateway itself (a pending
// state, an agent who is gone). Thread: the ledger's.
#pragma once
#include "api/gateway.hpp"

namespace deskline::api {

struct SetPendingState {  // the gateway's own: to be asked for after the call; absent: withdrawn
    std::string session;
    std::optional<SessionState> state;
};
using Command = std::variant<telephony::Command, audio::Change, SetPendingState>;

// Begins it now, carries it out once the beginning is durable, and answers when its event is there (events/commands.hpp).
CommandId carryOut(Gateway& gateway, events::Books& books, Command what, events::Cause cause, events::Answer answer);

void auditOutcome(events::Books& books, const std::string& command, const events::Cause& cause, const events::Settled& settled);
// Too many wrong PINs for this agent, from this address or from all: why the switch is not asked.
std::optional<Fault> slowedDown(Gateway& gateway, const Command& command, const std::string& address);

std::string describe(const Command& command);                             // for people; never a PIN
std::string agentOf(const Command& command, const events::State& state);  // whom it concerns; "": nobody
std::string objectOf(const Command& command);                             // what it changes: "/sessions/…"
std::optional<events::Expectation> expectation(const Command& command);   // of audio none: its events carry the command's id
bool hasSource(const Gateway& gateway, const Command& command);

}  // namespace deskline::api
