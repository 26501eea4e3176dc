// Facts: what the sources tell the ledger. A source says what happened to which object and when; the ledger keeps the
// state, gives each event its number and its cause. Thread: values, any.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/fault.hpp"
#include "model/kinds.hpp"
#include "model/values.hpp"

namespace deskline {

using CommandId = std::uint64_t;  // 0: none

// `session` is whole when the source meets it for the first time; after that its id is enough.
struct SessionChanged {
    SessionId id;
    SessionEvent event;
    std::optional<AgentSession> session = {};
};
struct AgentChanged {
    AgentId id;
    AgentEvent event;
    std::optional<Agent> agent = {};
};
// Things whose events carry them as they are now, and change nothing else: those that only come and go (agent handlers,
// ACD groups, queues), and those whose type says between which values which event lies (addresses).
template <class T>
concept TellsItsChanges = requires(const T& thing) {
    T::changes(thing, thing);
};
template <class T>
using IsToldWhole = std::bool_constant<std::is_same_v<EventOf<T>, InventoryEvent> || TellsItsChanges<T>>;
using ToldWhole = boost::mp11::mp_copy_if<Things, IsToldWhole>;
template <class T>
struct ThingChanged {
    T thing;
    EventOf<T> event;
};
template <class T>
ThingChanged(T, EventOf<T>) -> ThingChanged<T>;
struct CallChanged {
    Call call;
    CallEvent event;
};
// Statistics were read. TAPI has no event for that, and the gateway publishes none; the objects carry the new figures.
struct StatisticsRead {
    std::map<AgentId, AgentStatistics> agents;
    std::map<SessionId, SessionStatistics> sessions;
    std::map<QueueId, QueueStatistics> queues;
};
// A session's state, read after a command whose outcome is unknown (timeout).
struct SessionRead {
    SessionId id;
    SessionState state;
};
// Everything that a telephony source sees after it was built or built again. The ledger publishes the differences.
// `of<Queue>()`: the queues that there are, and likewise all things that are told whole.
struct TelephonyInventory {
    template <class T>
    std::vector<T>& of() {
        return std::get<std::vector<T>>(lists);
    }
    template <class T>
    const std::vector<T>& of() const {
        return std::get<std::vector<T>>(lists);
    }
    std::vector<Agent> agents = {};
    std::vector<AgentSession> sessions = {};
    std::vector<Call> calls = {};
    boost::mp11::mp_rename<boost::mp11::mp_transform<std::vector, ToldWhole>, std::tuple> lists = {};
};
struct AudioSessionChanged {
    AudioSession session;
    AudioSessionChange change;
    std::optional<DisconnectReason> reason = {};
};
struct AudioDeviceChanged {
    AudioDevice device;
    AudioDeviceChange change;
};
// Two facts that are the data of their events as they stand; they change nothing that is kept.
struct Ducking {  // Windows lowers other sound while `session` is in a call
    static constexpr auto kind = Kind::audio_ducking;
    AudioSessionId session;
    bool ducked = false;
    std::uint32_t communicationSessions = 0;
    const std::string& subject() const { return session; }  // whose id the event's subject has
};
BOOST_DESCRIBE_STRUCT(Ducking, (), (session, ducked, communicationSessions))
struct Meter {  // peaks since the last Meter, 0..1; `object`: id of a device or an audio session
    static constexpr auto kind = Kind::audio_meter;
    std::string object;
    double peak = 0;
    std::vector<double> channels;
    const std::string& subject() const { return object; }
};
BOOST_DESCRIBE_STRUCT(Meter, (), (object, peak, channels))
struct AudioInventory {
    std::vector<AudioDevice> devices;
    std::vector<AudioSession> sessions;
};
enum class Source { telephony, audio };
BOOST_DESCRIBE_ENUM(Source, telephony, audio)
struct SourceConnected {
    Source source;
    std::map<std::string, bool> capabilities;  // what this host's source can do, by name
};
struct SourceLost {
    Source source;
    Fault cause;
};

// The gateway's own.
struct PendingStateChanged {  // set; withdrawn or applied (`state` absent); or refused when it was due
    SessionId session;
    std::optional<SessionState> state;
    std::optional<Fault> refused = {};
};
struct PresenceChanged {  // an agent's first stream came, or its last went
    AgentId agent;
    bool present;
};
struct WebhookChanged {     // suspended, ended …
    std::string id, owner;  // owner: identity::Identity::owner
    boost::json::object data;
};

struct Fact {
    boost::mp11::mp_append<
        std::variant<SessionChanged, AgentChanged, CallChanged, StatisticsRead, SessionRead, TelephonyInventory,
                     AudioSessionChanged, AudioDeviceChanged, Ducking, Meter, AudioInventory, SourceConnected,
                     SourceLost, PendingStateChanged, PresenceChanged, WebhookChanged>,
        boost::mp11::mp_transform<ThingChanged, ToldWhole>>
        what;
    Time time = now();
    CommandId command = 0;  // that caused it, where the source knows (audio: by event context); 0: none
};

}  // namespace deskline
