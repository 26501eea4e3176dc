// The things a gateway knows, as plain values. A member's name is its name on the wire; a time is RFC 3339, a duration
// whole seconds, a volume 0..1. Turned to JSON by model/json.hpp and by nothing else. Thread: values, any.
#pragma once
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "model/time.hpp"

namespace deskline {

// TAPI 3 (tapi3cc.h). `unknown` also stands for a number that no header names.
enum class AgentState { not_ready, ready, busy_acd, busy_incoming, busy_outgoing, unknown };
// The gateway's own events stand last before `unknown`. `present`, `absent`: the agent's first stream came, its last
// went. Of SessionEvent, `pending_state`: one was set, withdrawn or applied (the session says which);
// `pending_state_refused`: the switch refused it when it was due.
enum class AgentEvent {
    not_ready,
    ready,
    busy_acd,
    busy_incoming,
    busy_outgoing,
    signed_in,
    signed_out,
    group_joined,
    present,
    absent,
    unknown
};
enum class SessionState { not_ready, ready, busy_on_call, busy_wrapup, session_ended, unknown };
enum class SessionEvent {
    new_session,
    not_ready,
    ready,
    busy,
    wrapup,
    end,
    pending_state,
    pending_state_refused,
    unknown
};
enum class InventoryEvent { added, removed, unknown };  // of agent handlers, ACD groups and queues
enum class AddressState { in_service, out_of_service, unknown };
// `state`: its state is another now, or its number or provider; `handler`: its handler is.
enum class AddressEvent { added, removed, state, handler };
enum class CallState { idle, in_progress, connected, disconnected, offering, hold, queued, unknown };
// The call has ended: nothing more happens to it.
constexpr bool isOver(CallState state) { return state == CallState::disconnected || state == CallState::idle; }
enum class CallCause { none, normal, busy, bad_address, no_answer, cancelled, rejected, failed, blocked, unknown };
enum class CallDirection { incoming, outgoing, unknown };
enum class CallEvent { notification, state, info };
BOOST_DESCRIBE_ENUM(AgentState, not_ready, ready, busy_acd, busy_incoming, busy_outgoing, unknown)
BOOST_DESCRIBE_ENUM(AgentEvent, not_ready, ready, busy_acd, busy_incoming, busy_outgoing, signed_in, signed_out,
                    group_joined, present, absent, unknown)
BOOST_DESCRIBE_ENUM(SessionState, not_ready, ready, busy_on_call, busy_wrapup, session_ended, unknown)
BOOST_DESCRIBE_ENUM(SessionEvent, new_session, not_ready, ready, busy, wrapup, end, pending_state,
                    pending_state_refused, unknown)
BOOST_DESCRIBE_ENUM(InventoryEvent, added, removed, unknown)
BOOST_DESCRIBE_ENUM(AddressState, in_service, out_of_service, unknown)
BOOST_DESCRIBE_ENUM(AddressEvent, added, removed, state, handler)
BOOST_DESCRIBE_ENUM(CallState, idle, in_progress, connected, disconnected, offering, hold, queued, unknown)
BOOST_DESCRIBE_ENUM(CallCause, none, normal, busy, bad_address, no_answer, cancelled, rejected, failed, blocked,
                    unknown)
BOOST_DESCRIBE_ENUM(CallDirection, incoming, outgoing, unknown)
BOOST_DESCRIBE_ENUM(CallEvent, notification, state, info)

// Core Audio (mmdeviceapi.h, audiopolicy.h).
enum class DeviceFlow { render, capture };
enum class DeviceState { active, disabled, not_present, unplugged, unknown };
enum class DeviceRole { console, multimedia, communications };
enum class AudioSessionState { inactive, active, expired, unknown };
enum class AudioSessionChange { created, volume, channels, state, name, icon, grouping, disconnected };
enum class AudioDeviceChange { added, removed, state, default_, volume, name };
enum class DisconnectReason {
    device_removal,
    server_shutdown,
    format_changed,
    session_logoff,
    session_disconnected,
    exclusive_mode_override,
    unknown
};
BOOST_DESCRIBE_ENUM(DeviceFlow, render, capture)
BOOST_DESCRIBE_ENUM(DeviceState, active, disabled, not_present, unplugged, unknown)
BOOST_DESCRIBE_ENUM(DeviceRole, console, multimedia, communications)
BOOST_DESCRIBE_ENUM(AudioSessionState, inactive, active, expired, unknown)
BOOST_DESCRIBE_ENUM(AudioSessionChange, created, volume, channels, state, name, icon, grouping, disconnected)
BOOST_DESCRIBE_ENUM(AudioDeviceChange, added, removed, state, default_, volume, name)
BOOST_DESCRIBE_ENUM(DisconnectReason, device_removal, server_shutdown, format_changed, session_logoff,
                    session_disconnected, exclusive_mode_override, unknown)

struct Stale {  // the source of this object is lost: what is shown was true at `since`
    Time since;
    std::string cause;
    bool operator==(const Stale&) const = default;
};
BOOST_DESCRIBE_STRUCT(Stale, (), (since, cause))

struct AgentStatistics {
    std::int64_t acdCalls = 0, incomingCalls = 0, outgoingCalls = 0;
    Seconds acdTalkSeconds = 0, acdCallSeconds = 0, wrapUpSeconds = 0;
    double callsPerHour = 0;
    Seconds measurementPeriodSeconds = 0;
    bool operator==(const AgentStatistics&) const = default;
};
BOOST_DESCRIBE_STRUCT(AgentStatistics, (),
                      (acdCalls, incomingCalls, outgoingCalls, acdTalkSeconds, acdCallSeconds, wrapUpSeconds,
                       callsPerHour, measurementPeriodSeconds))

struct Agent {
    using Event = AgentEvent;
    AgentId id;
    std::string user;
    HandlerName handler;
    AgentState state = AgentState::unknown;
    Time since{};
    std::vector<SessionId> sessions;
    std::uint64_t revision = 0;  // number of the event that changed it last; its ETag
    bool present = false;        // the gateway's own: one of its streams is open
    std::optional<Stale> stale;
    AgentStatistics statistics;
    bool operator==(const Agent&) const = default;
};
BOOST_DESCRIBE_STRUCT(Agent, (), (id, user, handler, state, since, sessions, revision, present, stale, statistics))

struct SessionStatistics {
    Seconds durationSeconds = 0;
    std::int64_t calls = 0;
    Seconds talkSeconds = 0, averageTalkSeconds = 0, callSeconds = 0, averageCallSeconds = 0, wrapUpSeconds = 0,
            averageWrapUpSeconds = 0;
    double callsPerHour = 0;
    Seconds longestAnswerSeconds = 0, averageAnswerSeconds = 0;
    bool operator==(const SessionStatistics&) const = default;
};
BOOST_DESCRIBE_STRUCT(SessionStatistics, (),
                      (durationSeconds, calls, talkSeconds, averageTalkSeconds, callSeconds, averageCallSeconds,
                       wrapUpSeconds, averageWrapUpSeconds, callsPerHour, longestAnswerSeconds, averageAnswerSeconds))

struct AgentSession {
    using Event = SessionEvent;
    SessionId id;
    AgentId agent;
    GroupName acdGroup;
    AddressName address;
    SessionState state = SessionState::unknown;
    Time since{}, startedAt{};
    std::optional<std::string> reason;         // the gateway's own: TAPI has none
    std::optional<SessionState> pendingState;  // the gateway's own
    std::vector<SessionState> allowedStates;
    std::uint64_t revision = 0;
    std::optional<Stale> stale;
    SessionStatistics statistics;
    bool operator==(const AgentSession&) const = default;
};
BOOST_DESCRIBE_STRUCT(AgentSession, (),
                      (id, agent, acdGroup, address, state, since, startedAt, reason, pendingState, allowedStates,
                       revision, stale, statistics))

struct AgentHandler {
    using Event = InventoryEvent;
    HandlerId id;
    HandlerName name;
    bool operator==(const AgentHandler&) const = default;
};
BOOST_DESCRIBE_STRUCT(AgentHandler, (), (id, name))

struct AcdGroup {
    using Event = InventoryEvent;
    GroupId id;
    GroupName name;
    HandlerName handler;
    bool operator==(const AcdGroup&) const = default;
};
BOOST_DESCRIBE_STRUCT(AcdGroup, (), (id, name, handler))

struct QueueStatistics {
    std::int64_t queued = 0, waiting = 0, abandoned = 0, flowedIn = 0, flowedOut = 0;
    Seconds longestEverWaitSeconds = 0, longestWaitSeconds = 0, averageWaitSeconds = 0;
    std::int64_t finalDisposition = 0;
    Seconds measurementPeriodSeconds = 0;
    bool operator==(const QueueStatistics&) const = default;
};
BOOST_DESCRIBE_STRUCT(QueueStatistics, (),
                      (queued, waiting, abandoned, flowedIn, flowedOut, longestEverWaitSeconds, longestWaitSeconds,
                       averageWaitSeconds, finalDisposition, measurementPeriodSeconds))

struct Queue {
    using Event = InventoryEvent;
    QueueId id;
    std::string name;
    GroupName acdGroup;
    QueueStatistics statistics;
    bool operator==(const Queue&) const = default;
};
BOOST_DESCRIBE_STRUCT(Queue, (), (id, name, acdGroup, statistics))

struct Address {  // a line of the host: calls on it are told; agent sessions are opened on it where it has a handler
    using Event = AddressEvent;
    AddressId id;
    AddressName name;
    HandlerName handler;  // the first agent handler that can use it; "": none can
    AddressState state = AddressState::unknown;
    std::string dialableAddress, provider;  // its number, and the service provider's name; "": not told
    bool operator==(const Address&) const = default;
    static std::vector<AddressEvent> changes(const Address& before, const Address& now);
};
BOOST_DESCRIBE_STRUCT(Address, (), (id, name, handler, state, dialableAddress, provider))

struct Party {
    std::optional<std::string> number, name;  // absent: withheld, or not told yet
    bool operator==(const Party&) const = default;
};
BOOST_DESCRIBE_STRUCT(Party, (), (number, name))

struct Call {
    using Event = CallEvent;
    CallId id;
    AddressName address;
    std::optional<SessionId> session;
    CallDirection direction = CallDirection::unknown;
    CallState state = CallState::unknown;
    Party caller, called;
    std::optional<CallCause> cause;
    Time since{};
    bool operator==(const Call&) const = default;
};
BOOST_DESCRIBE_STRUCT(Call, (), (id, address, session, direction, state, caller, called, cause, since))

struct AudioDevice {
    using Event = AudioDeviceChange;
    DeviceId id;
    std::string name;
    DeviceFlow flow = DeviceFlow::render;
    DeviceState state = DeviceState::unknown;
    std::vector<DeviceRole> defaultFor;
    double volume = 0, volumeDb = 0;  // audio-tapered scalar and decibels: never convert one into the other
    bool muted = false;
    std::vector<double> channelVolumes;
    std::uint64_t revision = 0;
    bool operator==(const AudioDevice&) const = default;
};
BOOST_DESCRIBE_STRUCT(AudioDevice, (),
                      (id, name, flow, state, defaultFor, volume, volumeDb, muted, channelVolumes, revision))

struct Process {
    std::uint32_t id = 0;
    std::string name;
    bool operator==(const Process&) const = default;
};
BOOST_DESCRIBE_STRUCT(Process, (), (id, name))

struct AudioSession {
    using Event = AudioSessionChange;
    AudioSessionId id;
    DeviceId device;
    std::string displayName, icon;
    Process process;
    bool systemSounds = false;
    std::string groupingId;
    AudioSessionState state = AudioSessionState::unknown;
    double volume = 0;  // linear amplitude
    bool muted = false;
    std::vector<double> channelVolumes;
    std::uint64_t revision = 0;
    bool operator==(const AudioSession&) const = default;
};
BOOST_DESCRIBE_STRUCT(AudioSession, (),
                      (id, device, displayName, icon, process, systemSounds, groupingId, state, volume, muted,
                       channelVolumes, revision))

// The things that a gateway keeps and lists, in the order of a snapshot; each has its row in model/kinds.hpp. `Event`:
// what the events of such a thing say has happened.
#define DESKLINE_THINGS(apply)                                                                                   \
    apply(Agent) apply(AgentSession) apply(AgentHandler) apply(AcdGroup) apply(Queue) apply(Address) apply(Call) \
        apply(AudioDevice) apply(AudioSession)
#define DESKLINE_NEXT(T) , T
using Things = boost::mp11::mp_pop_front<boost::mp11::mp_list<void DESKLINE_THINGS(DESKLINE_NEXT)>>;
#undef DESKLINE_NEXT
template <class T>
using EventOf = typename T::Event;

// The states that a client may ask for now: the published transitions (AGENT_SESSION_STATE page) without busy-on-call,
// which only a switch sets. For the error text and the desktop; the switch stays the judge.
std::vector<SessionState> allowedStates(SessionState from);
SessionState entered(SessionEvent event);    // the state that an event says was entered
SessionEvent eventInto(SessionState state);  // the event that says that a state was entered

}  // namespace deskline
