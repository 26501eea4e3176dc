// Commands to a source or to the gateway itself, and what is known of each: its text for people, its object, the event
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

struct SetPendingState {  // to the gateway itself: the state to set after the call; absent: the wish is withdrawn
    SessionId session;
    std::optional<SessionState> state;
};
using Command = std::variant<telephony::Command, audio::Change, SetPendingState>;

std::string describe(const Command& command);                         // for people; never a PIN
AgentId agentOf(const Command& command, const events::State& state);  // the agent whom it concerns; "": none
ObjectRef objectOf(const Command& command);                           // what it changes
// Of audio none: its events carry the command's id.
std::optional<events::Expectation> expectation(const Command& command, const events::State& state);

}  // namespace deskline::commands
