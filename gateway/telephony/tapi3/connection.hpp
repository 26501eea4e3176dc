// One life of the TAPI object: created, listened to, enumerated; all that is known of it by pointer and by name; let go
// as a whole when the service is lost. Thread: `build` and `close` the recovery's, `run` the event thread, the rest any
// in the apartment. The lock guards the maps and is never held over a COM call.
#pragma once
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "model/secret.hpp"
#include "source/recovery.hpp"
#include "source/remembered.hpp"
#include "telephony/tapi3/objects.hpp"
#include "telephony/tapi3/sink.hpp"

namespace deskline::telephony {

struct Credential {  // how an agent was signed in, to do it again after a loss
    HandlerName handler;
    Secret pin;
    bool asUser = false;
};

class Connection {
public:
    using Lost = std::function<void(const Fault&)>;
    using Gone = std::function<void(const AgentId& agent)>;  // with its handler; told on the event thread

    Connection(source::Report report, Lost lost, Gone gone, std::string onlyHandler);
    ~Connection();

    Result<TelephonyInventory> build(const std::map<AgentId, Credential>& agents);
    void listen();  // begins to hand events on; what came before waits in the queue
    void close();

    Result<bool> signIn(const AgentId& agent,
                        const Credential& credential);  // true: new; reports the agent and its sessions
    void signOut(const AgentId& agent);
    HandlerName handlerOf(const AgentId& agent) const;
    void announceSessionsOf(const AgentId& agent);  // those that the switch had open before
    ComPtr<ITAgent> agent(const AgentId& id) const;
    ComPtr<ITAgentSession> session(const SessionId& id) const;
    bool ended(const SessionId& session) const;
    Result<SessionId> createSession(const AgentId& agent, const std::string& group, const std::string& address,
                                    const std::optional<Secret>& pin);
    StatisticsRead readStatistics();
    std::map<std::string, bool> capabilities() const;

private:
    static constexpr std::size_t mostSecondObjects = 4;  // of a session

    struct Handler {
        ComPtr<ITAgentHandler> object;
        ComPtr<IUnknown> identity;
        HandlerName name;
    };
    struct Group {
        ComPtr<ITACDGroup> object;
        ComPtr<IUnknown> identity;
        AcdGroup value;
    };
    struct QueueEntry {
        ComPtr<ITQueue> object;
        ComPtr<IUnknown> identity;
        GroupId group;
        Queue value;
    };
    struct AddressEntry {
        ComPtr<ITAddress> object;
        ComPtr<IUnknown> identity;
        Address value;
        std::vector<long> registrations = {};  // for its calls; of several lines of one name, all of theirs
    };
    struct AgentEntry {
        ComPtr<ITAgent> object;
        ComPtr<IUnknown> identity;
        HandlerName handler;
    };
    struct SessionEntry {
        ComPtr<ITAgentSession> object;
        ComPtr<IUnknown> identity;
        AgentSession value;
        bool announced = false;
        std::deque<ComPtr<IUnknown>> others = {};  // objects that stand for it too, the oldest first
    };
    struct CallEntry {
        ComPtr<ITCallInfo> object;
        Call value;
    };

    void run();
    void happened(TapiHappened& event);
    void agentHappened(ITAgentEvent* event, Time time);
    void sessionHappened(ITAgentSessionEvent* event, Time time);
    void handlerHappened(ITAgentHandlerEvent* event, Time time);
    void groupHappened(ITACDGroupEvent* event, Time time);
    void queueHappened(ITQueueEvent* event, Time time);
    void callHappened(ITCallInfo* call, CallEvent event, std::optional<CallState> state, std::optional<CallCause> cause,
                      Time time);
    // They let go of what is gone and of all that goes with it, and tell it.
    void dropHandler(const HandlerName& name, Time time);
    void dropGroups(const std::function<bool(const Group&)>& which, Time time);

    Result<void> addHandler(ITAgentHandler* handler, TelephonyInventory& inventory);
    Result<GroupId> addGroup(ITACDGroup* group, const HandlerName& handler, TelephonyInventory& inventory);
    void addAddress(ITAddress* address, const HandlerName& handler, TelephonyInventory& inventory);
    // The session's id; met for the first time, it is read whole. `fresh`: this call was the first to meet it.
    Result<SessionId> meet(ITAgentSession* session, bool& fresh);
    void announce(const SessionId& session, Time time);  // new_session, once
    AgentId agentOf(ITAgentSession* session);
    void forgetObjectsOf(const SessionId& session);  // under the lock
    std::vector<Address> addresses() const;
    bool failed(HRESULT code, std::string_view what);  // logs; tells of a loss
    void report(Fact fact) { report_(std::move(fact)); }

    source::Report report_;
    Lost lost_;
    Gone gone_;
    std::string onlyHandler_;
    ComPtr<ITTAPI> tapi_;
    ComPtr<IConnectionPoint> point_;
    DWORD cookie_ = 0;
    ComPtr<ITTAPIEventNotification> sink_;
    std::shared_ptr<EventQueue> queue_ = std::make_shared<EventQueue>();
    std::thread thread_;

    mutable std::mutex mutex_;
    std::vector<Handler> handlers_;
    std::map<GroupId, Group> groups_;  // by id
    std::map<QueueId, QueueEntry> queues_;
    std::map<AddressId, AddressEntry> addresses_;
    std::map<AgentId, AgentEntry> agents_;
    std::map<SessionId, SessionEntry> sessions_;
    std::map<IUnknown*, SessionId> sessionByIdentity_;  // of objects that the session's entry holds
    std::map<IUnknown*, CallEntry> calls_;
    source::Remembered ended_;          // sessions
    source::Remembered removedGroups_;  // by id and by name
};

}  // namespace deskline::telephony
