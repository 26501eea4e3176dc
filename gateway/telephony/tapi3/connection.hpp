// One connection to TAPI: creates its object, listens to it, enumerates; when the service is lost, all of it is
// released. The objects it has found are in its inventory. Its parts: connection.cpp (TAPI itself), build.cpp
// (enumeration), lines.cpp and removals.cpp (what comes and goes), agents.cpp and sessions.cpp (commands), events.cpp
// and call_events.cpp (events), statistics.cpp. Thread: `build`, `listen` and `disconnect` on the recovery's, events on
// their own and in lanes (details.hpp), the rest on any in the apartment; whoever lets go of it last closes it. Source:
// tapi3if.h, tapi3cc.h.
#pragma once
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "model/thread_checker.hpp"
#include "source/recovery.hpp"
#include "telephony/tapi3/credentials.hpp"
#include "telephony/tapi3/details.hpp"
#include "telephony/tapi3/inventory.hpp"
#include "telephony/tapi3/sink.hpp"

namespace deskline::telephony {

class Connection : public std::enable_shared_from_this<Connection> {
public:
    // What its owner hears of it, on any thread.
    struct Told {
        std::function<void(const Fault&)> lost;
        std::function<void(const AgentId& agent, const HandlerName& handler)> gone;  // the agent, with its handler
        std::function<void(const HandlerName& handler)> back;  // a handler came; agents may sign in there
        Details::Post post;                                    // runs what may take long, lane by lane
    };

    // `onlyHandler`: the name of the only agent handler to be used; "": all.
    Connection(source::Report report, Told told, std::string onlyHandler);
    ~Connection();

    // Creates TAPI's object, registers for events, enumerates, signs `agents` in again.
    Result<TelephonyInventory> build(const std::map<AgentId, Credential>& agents);
    void listen();      // begins to handle events; those that came before wait in the queue
    void disconnect();  // nothing is told any more; calls may still be inside
    void joinEvents();  // after that; waits for the event thread
    // Releases everything, TAPI's object last. No call may be inside, since Shutdown under one is not promised to be
    // safe: so whoever lets go of the connection last closes it. The destructor does, too.
    void close();

    // True: the agent was not signed in here before. Its sessions are in the inventory then, and not yet reported.
    Result<bool> signIn(const AgentId& agent, const Credential& credential);
    std::optional<Agent> signedIn(const AgentId& agent);  // as it is now; absent: it went with its handler
    void announceSessionsOf(const AgentId& agent);        // reports those that the switch had open before
    // Ends its sessions at the switch. Where one cannot be ended, the agent stays.
    Result<void> signOut(const AgentId& agent);
    // Group and address by name or id. The session is reported.
    Result<SessionId> createSession(const AgentId& agent, const std::string& group, const std::string& address,
                                    const std::optional<Secret>& pin);
    StatisticsRead readFigures();  // of all; where that takes long, of some, and of the next ones the next time
    // For every few seconds: asks one of the lines, the next one each time, so that a loss that nothing else shows is
    // noticed; and registers again for those whose calls are not seen.
    void beat();
    const Inventory& inventory() const { return inventory_; }

private:
    static constexpr std::chrono::seconds firstRegisteredAgain{5}, lastRegisteredAgain{600};  // twice as long each time

    Result<void> connect();
    // These add what is new to `inventory`.
    Result<void> addHandlers(TelephonyInventory& inventory);
    Result<void> addHandler(ITAgentHandler* handler, TelephonyInventory& inventory);
    Result<void> addGroup(ITACDGroup* group, const HandlerName& handler, TelephonyInventory& inventory);
    Result<void> addLines(TelephonyInventory& inventory);
    // That the host has; `known`: the one that is there already.
    void addLine(ITAddress* object, const std::optional<AddressId>& known, TelephonyInventory& news);
    void addUsableLine(ITAddress* object, const HandlerName& handler, TelephonyInventory& news);
    AddressId takeIn(AddressEntry line, TelephonyInventory& news);
    std::optional<AddressId> lineOf(ITAddress* object) const;
    bool registerLine(const AddressId& id);  // for its calls
    void registerAgain();                    // those lines for which it failed
    void forgetUnregistered(const AddressId& id);
    void addCalls(ITAddress* address, TelephonyInventory& inventory);
    void unregister(const std::vector<long>& registrations);  // ITTAPI::UnregisterNotifications
    // The session's id. A session that is not known yet is read and put into the inventory.
    Result<SessionId> meet(ITAgentSession* session);
    Result<AgentSession> read(ITAgentSession* session);  // all but its id
    void announce(const SessionId& session, Time time);  // new_session, once
    AgentId agentOf(ITAgentSession* session);

    // One for each kind of event. What needs no more than the event has, and what is known, is told on the event
    // thread; all else in a lane (details.hpp): a getter that hangs holds back only what waits for it.
    void run();
    void inventoryHappened(const TapiHappened& event);
    void tooMany();  // events: the source is lost
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
    void happened(ITAddressEvent* event, Time time);
    void happened(ITTAPIObjectEvent* event, Time time);
    void lineHappened(ITAddress* line, TAPIOBJECT_EVENT what, Time time);
    void lineAdded(ITAddress* object, Time time);
    void lineClosed(const AddressId& id, Time time);
    void seeLine(const AddressId& id, Time time);  // it was registered for again
    void readLineState(const AddressId& id, Time time);
    void setLineState(const AddressId& id, AddressState state, Time time);
    struct CallNews {
        CallEvent event;
        std::optional<CallState> state = {};
        std::optional<CallCause> cause = {};
    };
    void callTold(const ComPtr<ITCallInfo>& call, const CallNews& news, Time time);
    void callHappened(ITCallInfo* call, const CallNews& news, Time time);
    // One that is not known yet; without an id where its provider gives it no number.
    Call readCall(ITCallInfo* call, ITAddress* address, Time time) const;
    CallId idOf(const Call& call) const;
    void queueAdded(ITQueue* queue, Time time);
    // Tells it in order: in a lane, where it is slow.
    void tell(const std::string& lane, const ComPtr<IUnknown>& object, bool slow, Details::Work work);
    void tellInventory(Details::Work work);  // what comes and goes has one lane, since one event builds on the other
    void sessionHappened(ITAgentSession* session, SessionEvent what, Time time);
    void agentHappened(ITAgent* agent, AgentEvent what, Time time);
    void handlerAdded(ITAgentHandler* handler, Time time);
    void handlerGone(ITAgentHandler* handler, Time time);
    HandlerName handlerOf(ITACDGroup* group) const;
    void reportAdded(const TelephonyInventory& news, Time time);  // its handlers, groups, queues, lines and calls
    void reportCapabilities(Time time);
    // These remove what is gone from the inventory, with all that belongs to it, and report it.
    void dropHandler(const HandlerName& name, Time time);
    void dropLine(const AddressId& id, Time time);
    void endCalls(std::map<IUnknown*, CallEntry>& calls, Time time);  // of which nothing more is heard
    void dropGroups(const std::function<bool(const GroupEntry&)>& which, Time time);

    template <class Id, class Interface, class Figures>
    void readSome(const ObjectsById<Id, Interface>& all, std::map<Id, Figures>& into, Id& readTo);
    bool failed(HRESULT code, std::string_view what);  // true: it did; logs, and reports a loss
    void noteLoss(const Fault& fault);                 // reports a loss where the fault means one
    void report(Fact fact) {
        if (!over_) report_(std::move(fact));
    }

    source::Report report_;
    Told told_;
    std::string onlyHandler_;
    ComPtr<ITTAPI> tapi_;
    ComPtr<IConnectionPoint> point_;
    DWORD cookie_ = 0;
    ComPtr<ITTAPIEventNotification> sink_;
    std::shared_ptr<EventQueue> queue_ = std::make_shared<EventQueue>();
    std::thread thread_;
    ThreadChecker eventThread_;
    std::atomic<bool> over_{false};  // disconnected
    Inventory inventory_;
    struct {  // whose figures were read last. Thread: the lane of `readFigures`
        AgentId agent;
        SessionId session;
        QueueId queue;
    } figuresReadTo_;
    AddressId beaten_;  // the line that was asked last. Thread: the lane of `beat`
    Details details_;
    std::atomic<bool> unregisteredAny_{false}, registering_{false};
    std::atomic<std::chrono::seconds> registerAfter_{firstRegisteredAgain};
    std::chrono::steady_clock::time_point registeredAt_{};  // the last try. Thread: the lane of `beat`
    std::vector<Address> changedLines_;                     // that got a handler, until it is told
    std::set<AddressId> unregistered_;                      // lines whose calls could not be registered for
};

}  // namespace deskline::telephony
