// What one connection to TAPI holds: the COM objects by id, by name and by pointer (an object's identity is its
// IUnknown), with the values last reported, and the ids of what is gone. Thread: any in the apartment. One lock guards
// all maps. It is never held over a call of an object, and objects that leave a map are released after it.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "source/remembered.hpp"
#include "telephony/tapi3/objects.hpp"

namespace deskline::telephony {

struct HandlerEntry {
    ComPtr<ITAgentHandler> object;
    ComPtr<IUnknown> identity;
    HandlerName name;
};
struct GroupEntry {
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
    bool ofHost = false;  // TAPI lists it; else it is there for as long as an agent handler can use it
    std::vector<HandlerName> handlers = {};  // that can use it
    std::optional<long> registration = {};   // the cookie of its call notifications
};
struct AgentEntry {
    ComPtr<ITAgent> object;
    ComPtr<IUnknown> identity;
    HandlerName handler;
    std::size_t removals = 0;  // how many handlers had gone when it came
};
struct SessionEntry {
    ComPtr<ITAgentSession> object;
    ComPtr<IUnknown> identity;
    AgentSession value;
    bool announced = false;
    std::deque<ComPtr<IUnknown>> others = {};  // further objects of the same session, the oldest first
};
struct CallEntry {
    ComPtr<ITCallInfo> object;
    Call value;
};

template <class Id, class Interface>
using ObjectsById = std::vector<std::pair<Id, ComPtr<Interface>>>;

class Inventory {
public:
    static constexpr std::size_t mostSecondObjects = 4;  // further objects that are kept for one session

    // All of it, released in this order: calls, sessions, agents, queues, groups, addresses, handlers.
    void clear();
    std::map<std::string, bool> capabilities() const;  // by the names in `capabilities` on the wire

    // Agent handlers.
    bool add(HandlerEntry handler);                                        // false: one of its name is there
    std::optional<HandlerEntry> handler(const std::string& wanted) const;  // by name or id; "": the first
    std::optional<HandlerEntry> takeHandler(const ComPtr<IUnknown>& identity);
    std::vector<HandlerEntry> handlers() const;
    struct OfHandler {
        std::vector<AddressId> unlisted;  // lines that were there for this handler alone, and are still
        std::vector<Address> changed;     // the others that had it
        std::map<AgentId, AgentEntry> agents;
        std::map<SessionId, SessionEntry> sessions;  // of those agents, or on lines that no other handler can use
    };
    OfHandler takeOf(const HandlerName& handler);  // all but its groups

    // ACD groups and queues. `put` replaces what has the id.
    void put(GroupEntry group);
    void put(QueueEntry queue);
    std::vector<GroupEntry> groups() const;
    ComPtr<ITACDGroup> group(const std::string& wanted, const HandlerName& handler) const;  // as `address`
    bool groupRemoved(const std::string& nameOrId) const;
    bool hasQueue(const ComPtr<IUnknown>& identity) const;
    ObjectsById<QueueId, ITQueue> queues() const;
    std::map<QueueId, QueueEntry> takeQueue(const ComPtr<IUnknown>& identity);  // under every name that it has had
    struct Groups {
        std::map<GroupId, GroupEntry> groups;
        std::map<QueueId, QueueEntry> queues;
    };
    Groups takeGroups(const std::function<bool(const GroupEntry&)>& which);  // with their queues

    // Lines, which TAPI calls addresses (inventory_lines.cpp).
    std::optional<AddressId> lineOf(const ComPtr<IUnknown>& identity) const;
    // Of the same provider and name; where several are, the one of the same number.
    std::optional<AddressId> lineLike(const Address& value) const;
    std::optional<AddressEntry> line(const AddressId& id) const;
    std::optional<AddressEntry> lineAfter(const AddressId& id) const;  // the next one, in turn; absent: there is none
    Address add(AddressEntry line);                                    // the value, with the id that it got
    // The value, if the change made it another. `change` is called under the lock.
    std::optional<Address> changeLine(const AddressId& id, const std::function<void(AddressEntry&)>& change);
    struct Line {
        AddressEntry line;
        std::map<IUnknown*, CallEntry> calls;  // on it, unless another line has its name
    };
    std::optional<Line> takeLine(const AddressId& id);
    std::vector<long> registrations() const;  // of all
    // By name or id; of several, one that the handler can use.
    ComPtr<ITAddress> address(const std::string& wanted, const HandlerName& handler) const;

    // Agents.
    enum class Added { yes, known, handlerGone };
    Added add(const AgentId& id, AgentEntry agent, const ComPtr<ITAgentHandler>& handler);
    ComPtr<ITAgent> agent(const AgentId& id) const;
    ObjectsById<AgentId, ITAgent> agents() const;
    HandlerName handlerOf(const AgentId& agent) const;                        // "": it is not signed in here
    AgentId agentOf(const ComPtr<IUnknown>& identity) const;                  // "": none of ours
    void drop(const AgentId& agent, const std::vector<SessionId>& sessions);  // the sessions have ended

    // Sessions.
    std::optional<SessionId> sessionOf(const ComPtr<IUnknown>& identity) const;
    // How many handlers went. What was read of a session before one went may be of that handler, with no agent any
    // more.
    std::size_t removals() const;
    // Returns the session's id. A session that is known already keeps the object as a further one; a session that has
    // ended is not added again. Absent: it has no agent here, and a handler went since it was read.
    std::optional<SessionId> add(const ComPtr<ITAgentSession>& object, const ComPtr<IUnknown>& identity,
                                 AgentSession value, std::size_t removals);
    std::optional<AgentSession> announce(const SessionId& session);  // absent: it was announced before, or is gone
    std::vector<AgentSession> announceAll();
    std::vector<std::pair<SessionId, SessionState>> unannounced(const AgentId& agent) const;
    ComPtr<ITAgentSession> session(const SessionId& id) const;
    ObjectsById<SessionId, ITAgentSession> sessions() const;
    ObjectsById<SessionId, ITAgentSession> sessionsOf(const AgentId& agent) const;
    std::optional<SessionId> sessionOn(const AddressName& line) const;  // the open session; a line has one at a time
    bool ended(const SessionId& session) const;
    void dropSession(const SessionId& session);  // it has ended

    // Calls.
    // The call as it is known then. `isNew`: it is no call of before; where another thread was sooner, that one stays.
    // Absent: it was known, and is gone, or its line is; nothing more is heard of it.
    std::optional<Call> put(const ComPtr<IUnknown>& identity, CallEntry call, bool isNew);
    std::map<IUnknown*, CallEntry> takeCallsOn(const AddressId& line);
    std::optional<Call> call(const ComPtr<IUnknown>& identity) const;
    bool drop(const Call& over, const ComPtr<IUnknown>& identity);  // false: it was not there
    bool ended(const CallId& call) const;                           // lately, or its line went
    // The call of this id, if it is there: from now on it is told by this object. "": none.
    std::optional<Call> adopt(const CallId& call, const ComPtr<IUnknown>& identity, const ComPtr<ITCallInfo>& object);

private:
    // Under the lock:
    void forgetObjectsOf(const SessionId& session);
    bool hasLine(const AddressName& name) const;
    std::map<IUnknown*, CallEntry> takeCalls(const AddressName& line);

    mutable std::mutex mutex_;
    std::vector<HandlerEntry> handlers_;
    std::map<GroupId, GroupEntry> groups_;
    std::map<QueueId, QueueEntry> queues_;
    std::map<AddressId, AddressEntry> addresses_;
    std::map<AgentId, AgentEntry> agents_;
    std::map<SessionId, SessionEntry> sessions_;
    std::map<IUnknown*, SessionId> sessionByIdentity_;  // of objects that the session's entry holds
    std::map<IUnknown*, CallEntry> calls_;
    std::size_t removals_ = 0;
    source::Remembered ended_;  // sessions
    source::Remembered endedCalls_;
    source::Remembered removedGroups_;  // by id and by name
};

}  // namespace deskline::telephony
