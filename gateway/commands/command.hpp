// What can be asked of a source, or of the gateway itself, and how it is told: for people, by its object, by the event
// that it expects. Thread: any.
#pragma once
#include <optional>
#include <string>
#include <variant>

#include "audio/audio.hpp"
#include "events/commands.hpp"
#include "events/state.hpp"
#include "telephony/telephony.hpp"

namespace deskline::commands {

struct SetPendingState {  // the gateway's own: to be asked for after the call; absent: withdrawn
    SessionId session;
    std::optional<SessionState> state;
};
using Command = std::variant<telephony::Command, audio::Change, SetPendingState>;

std::string describe(const Command& command);                         // for people; never a PIN
AgentId agentOf(const Command& command, const events::State& state);  // whom it concerns; "": nobody
ObjectRef objectOf(const Command& command);                           // what it changes
// Of audio none: its events carry the command's id.
std::optional<events::Expectation> expectation(const Command& command, const events::State& state);

}  // namespace deskline::commands
