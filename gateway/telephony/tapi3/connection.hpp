// One connection to TAPI: creates its object, listens to it, enumerates; when the service is lost, all of it is
// released. The objects it has found are in its inventory. Its parts: connection.cpp (TAPI itself), build.cpp
// (enumeration), agents.cpp and sessions.cpp (commands), events.cpp, call_events.cpp and removals.cpp (the event
// thread), statistics.cpp. Thread: `build`, `listen` and `close` on the recovery's, events on their own, the rest on
// any in the apartment. Source: tapi3if.h, tapi3cc.h.
#pragma once
#include <map>
#include <thread>

#include "model/secret.hpp"
#include "model/thread_checker.hpp"
#include "source/recovery.hpp"
#include "telephony/tapi3/inventory.hpp"
#include "telephony/tapi3/sink.hpp"

namespace deskline::telephony {

struct Credential {       // how an agent was signed in, to do it again after a loss
    std::string handler;  // by name or id; "": the first
    Secret pin;
    bool asUser = false;  // as the Windows user, without a PIN
};

class Connection {
public:
    using Lost = std::function<void(const Fault&)>;
    // The agent went with its handler; called on the event thread.
    using Gone = std::function<void(const AgentId& agent)>;

    // `onlyHandler`: the name of the only agent handler to be used; "": all.
    Connection(source::Report report, Lost lost, Gone gone, std::string onlyHandler);
    ~Connection();

    // Creates TAPI's object, registers for events, enumerates, signs `agents` in again.
    Result<TelephonyInventory> build(const std::map<AgentId, Credential>& agents);
    void listen();  // begins to handle events; those that came before wait in the queue
    void close();   // waits for the event thread; releases everything, TAPI's object last

    // True: the agent was not signed in here before. Its sessions are in the inventory then, and not yet reported.
    Result<bool> signIn(const AgentId& agent, const Credential& credential);
    void announceSessionsOf(const AgentId& agent);  // reports those that the switch had open before
    void signOut(const AgentId& agent);             // ends its sessions at the switch
    // Group and address by name or id. The session is reported.
    Result<SessionId> createSession(const AgentId& agent, const std::string& group, const std::string& address,
                                    const std::optional<Secret>& pin);
    StatisticsRead readAllStatistics();
    const Inventory& inventory() const { return inventory_; }

private:
    Result<void> connect();
    // These add what is new to `inventory`.
    Result<void> addHandler(ITAgentHandler* handler, TelephonyInventory& inventory);
    Result<void> addGroup(ITACDGroup* group, const HandlerName& handler, TelephonyInventory& inventory);
    void addAddress(ITAddress* address, const HandlerName& handler, TelephonyInventory& inventory);
    void addCalls(ITAddress* address, const AddressName& name, TelephonyInventory& inventory);
    void unregister(const std::vector<long>& registrations);  // ITTAPI::UnregisterNotifications
    // The session's id. A session that is not known yet is read and put into the inventory.
    Result<SessionId> meet(ITAgentSession* session);
    Result<AgentSession> read(ITAgentSession* session);  // all but its id
    void announce(const SessionId& session, Time time);  // new_session, once
    AgentId agentOf(ITAgentSession* session);

    // One for each kind of event.
    void run();
    void happened(const TapiHappened& event);
    template <class Event>
    void dispatch(const TapiHappened& event);
    void happened(ITAgentEvent* event, Time time);
    void happened(ITAgentSessionEvent* event, Time time);
    void happened(ITAgentHandlerEvent* event, Time time);
    void happened(ITACDGroupEvent* event, Time time);
    void happened(ITQueueEvent* event, Time time);
    void happened(ITCallNotificationEvent* event, Time time);
    void happened(ITCallStateEvent* event, Time time);
    void happened(ITCallInfoChangeEvent* event, Time time);
    void happened(ITTAPIObjectEvent* event, Time time);
    struct CallNews {
        CallEvent event;
        std::optional<CallState> state = {};
        std::optional<CallCause> cause = {};
    };
    void callHappened(ITCallInfo* call, const CallNews& news, Time time);
    Call readCall(ITCallInfo* call, Time time);  // one that is not known yet
    void queueAdded(ITQueue* queue, Time time);
    void handlerAdded(ITAgentHandler* handler, Time time);
    void reportAdded(const TelephonyInventory& news, Time time);  // its handlers, groups, queues and calls
    // These remove what is gone from the inventory, with all that belongs to it, and report it.
    void dropHandler(const HandlerName& name, Time time);
    void dropGroups(const std::function<bool(const GroupEntry&)>& which, Time time);

    bool failed(HRESULT code, std::string_view what);  // true: it did; logs, and reports a loss
    void noteLoss(const Fault& fault);                 // reports a loss where the fault means one
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
    ThreadChecker eventThread_;
    Inventory inventory_;
};

}  // namespace deskline::telephony
