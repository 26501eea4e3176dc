// The telephony port: what the gateway asks of a switch, whichever back end serves it. Facts come back through the
// report, outcomes through the completion. Back ends: simulated/ (everywhere), tapi3/ (Windows). Thread: `perform` and
// `readStatistics` may be called from any thread and never block; completions and reports come on threads of the
// source.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/fact.hpp"
#include "model/secret.hpp"
#include "source/recovery.hpp"

namespace deskline::telephony {

// ITAgentHandler::CreateAgentWithID; or CreateAgent, where no PIN is given and the id is that of the Windows user.
struct SignIn {
    std::string handler;  // name or id; "": the only one, or the first
    AgentId agent;
    std::optional<Secret> pin;
};
struct SignOut {  // ends the agent's sessions and releases the agent
    AgentId agent;
};
struct SetAgentState {  // ITAgent::put_State
    AgentId agent;
    AgentState state;
};
struct CreateSession {  // ITAgent::CreateSession, CreateSessionWithPIN; group and address by name or id
    AgentId agent;
    std::string acdGroup, address;
    std::optional<Secret> pin;
};
struct SetSessionState {  // ITAgentSession::put_State
    SessionId session;
    SessionState state;
};
struct ReadSession {  // ITAgentSession::get_State, reported as SessionRead; for use after an unknown outcome
    SessionId session;
};
using Command = std::variant<SignIn, SignOut, SetAgentState, CreateSession, SetSessionState, ReadSession>;

struct Outcome {
    std::string object;         // id of the agent or session of the command
    bool created = false;       // it was not there before
    bool eventExpected = true;  // an event will follow, or has come already
};
using Completion = std::function<void(Result<Outcome>)>;

class Telephony {
public:
    virtual ~Telephony() = default;

    virtual void start(source::Report report) = 0;
    // `owner`: the account whose share of the threads it uses; "": the gateway itself.
    virtual void perform(Command command, std::string owner, Completion completion) = 0;
    // Reads all statistics and reports them; does nothing while a reading is under way.
    virtual void readStatistics() = 0;
    // Ends the source; waits for calls in flight at most `patience` and names those it leaves behind.
    virtual std::vector<std::string> stop(std::chrono::milliseconds patience) = 0;
};

// The command's key in a source::KeyedExecutor: commands of one session, or of one agent, run in order.
std::string laneOf(const Command& command);
std::string describe(const Command& command);  // for the log; never a PIN
Fault noSuchHandler(const std::string& wanted);
Fault noSuchAddress(const std::string& wanted);

}  // namespace deskline::telephony
