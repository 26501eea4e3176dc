// A simulated switch with an ACD: agents with PINs, three groups with queues, as many addresses as agents, and calls
// that arrive by themselves. A model, not a table of answers: calls wait, are offered to ready sessions, talked,
// wrapped up, abandoned, and every figure that TAPI 3 exposes is computed from what happened. Its answers are HRESULTs,
// as a real switch's are. It serves the simulated source on Linux and the COM doubles on Windows alike. Thread: any;
// one lock inside. The listener is called under that lock, in order: it only copies and queues. Time stands still
// between calls of `advance`: a Driver moves it with the clock, a test by hand.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "model/id.hpp"
#include "model/values.hpp"
#include "simulation/faults.hpp"

namespace deskline::simulation {

inline constexpr std::string_view handlerName = "Simulated ACD", providerName = "Simulated service provider";

struct SwitchOptions {
    double traffic = 1.0;  // 1: about nine calls a minute; 0: none
    std::uint64_t seed = 1;
    int agents = 12;  // and as many addresses
};

struct AgentHappened {
    Agent agent;
    AgentEvent event;
};
struct SessionHappened {
    AgentSession session;
    SessionEvent event;
};
struct GroupHappened {
    std::string group;
    InventoryEvent event;
};
struct QueueHappened {
    std::string queue;
    InventoryEvent event;
};
struct HandlerHappened {
    InventoryEvent event;
};
struct LineHappened {
    Address line;
    std::optional<AddressEvent>
        event;  // absent: it was closed; whoever registered for its calls hears of none any more
};
struct CallHappened {
    Call call;
    CallEvent event;
};
using SwitchEvent = std::variant<AgentHappened, SessionHappened, GroupHappened, QueueHappened, HandlerHappened,
                                 LineHappened, CallHappened>;

struct AgentRow;  // rows.hpp
struct SessionRow;
struct QueueRow;
struct CallRow;
struct LineRow;

class Switch {
public:
    using Listener = std::function<void(const SwitchEvent&)>;

    Switch(SwitchOptions options, Time start);
    ~Switch();

    void listen(Listener listener);
    void advance(Time to);

    // Commands. Ids of agents are their numbers; ids of groups, queues and addresses are their names; a session's is
    // its stable id.
    Code signIn(const std::string& agent, const std::string& pin);  // ITAgentHandler::CreateAgentWithID
    Code signInUser(const std::string& user, std::string& agent);   // ITAgentHandler::CreateAgent
    void signOut(const std::string& agent);                         // the last reference on the agent went
    Code setAgentState(const std::string& agent, int state);        // AGENT_STATE by number, as COM hands it over
    Code createSession(const std::string& agent, const std::string& group, const std::string& address,
                       const std::string* pin, std::string& session);
    Code setSessionState(const std::string& session, int state);  // AGENT_SESSION_STATE by number
    // Of an agent or a queue. For hosts of the COM doubles; the gateway does not set it.
    Code setMeasurementPeriod(const std::string& agentOrQueue, Seconds period);

    // What is there now. Absent: it never was, or it is gone.
    std::vector<AgentHandler> handlers() const;
    std::vector<AcdGroup> groups() const;
    std::vector<Queue> queues() const;
    std::vector<Address> addresses() const;
    std::optional<Address> address(const std::string& name) const;
    std::vector<Agent> agents() const;           // those signed in
    std::vector<AgentSession> sessions() const;  // ended ones are kept until the agent signs out
    std::vector<Call> calls() const;
    std::optional<Agent> agent(const std::string& id) const;
    std::optional<AgentSession> session(const std::string& id) const;
    std::optional<Queue> queue(const std::string& name) const;
    std::optional<Call> call(const std::string& id) const;
    bool groupRemoved(const std::string& name) const;
    bool queueRemoved(const std::string& name) const;

    // Injected from outside.
    FaultGate& faults() { return faults_; }
    void removeGroup(const std::string& name);  // with its queue
    void removeQueue(const std::string& name);
    void addGroup(const std::string& name);
    void setPin(const std::string& agent, const std::string& pin);
    void removeHandler(bool removed);
    void removeLine(const std::string& name, bool removed);
    void setLineState(const std::string& name, AddressState state);
    void closeLine(const std::string& name);
    void forget();                          // as after a restart of the switch: nobody is signed in
    void burst(std::size_t events);         // ready and not-ready in turn, over all open sessions
    void arrive(const std::string& group);  // one call now
    // A call that no ACD group has, on a line: offered, or dialled (`in_progress`), until it is released.
    void startCall(const std::string& line, CallState state);
    void remark(const std::string& line);  // something of the call is another now: CallEvent::info
    void release(const std::string& line);

private:
    void emit(const SwitchEvent& event);
    void at(Time when, std::function<void()> what);
    double exponential(double mean);
    double logNormal(double median, double sigma);
    void scheduleArrival(const std::string& group);
    void newCall(const std::string& group);
    void distribute();
    void offer(CallRow& call, SessionRow& session);
    void answer(const std::string& call);
    void hangUp(CallRow& call, CallCause cause);
    void abandon(const std::string& call);
    void endWrapUp(const std::string& session, std::uint64_t generation);
    void enter(SessionRow& session, SessionState state, bool always = false);
    void updateAgent(AgentRow& agent);
    void leaveCall(SessionRow& session);
    AgentSession view(const SessionRow& row) const;
    Agent view(const AgentRow& row) const;
    Queue view(const QueueRow& row) const;
    Call view(const CallRow& row) const;
    Address view(const LineRow& row) const;
    LineRow* line(const std::string& name);    // null: there never was one of that name
    CallRow* callOn(const std::string& line);  // of no ACD group; null: there is none

    mutable std::mutex mutex_;
    SwitchOptions options_;
    Time now_;
    Listener listener_;
    FaultGate faults_;
    std::mt19937_64 random_;
    std::multimap<Time, std::function<void()>> schedule_;
    std::map<std::string, AgentRow> agents_;
    std::map<std::string, SessionRow> sessions_;
    std::map<std::string, QueueRow> queues_;  // by group: each group has one queue of its name
    std::map<std::string, CallRow> calls_;
    std::vector<LineRow> lines_;
    std::deque<std::string> order_;  // sessions, longest ready first
    std::uint64_t nextCall_ = 1;
    bool handlerRemoved_ = false;
};

}  // namespace deskline::simulation
