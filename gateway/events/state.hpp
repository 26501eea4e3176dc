// What the gateway knows at a cursor, and how a fact changes it. Only the ledger writes it. Thread: the ledger's.
#pragma once
#include <boost/json.hpp>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "model/fact.hpp"

namespace deskline::events {

struct SourceState {
    bool connected = false;
    std::map<std::string, bool> capabilities;
    std::optional<Fault> fault;
};

struct State {
    std::map<std::string, Agent> agents;
    std::map<std::string, AgentSession> sessions;
    std::map<std::string, AgentSession> ended;  // the last few, so that an answer can still show one
    std::deque<std::string> endedOrder;
    std::map<std::string, AgentHandler> handlers;
    std::map<std::string, AcdGroup> groups;
    std::map<std::string, Queue> queues;
    std::map<std::string, Address> addresses;
    std::map<std::string, Call> calls;
    std::map<std::string, AudioDevice> devices;
    std::map<std::string, AudioSession> audioSessions;
    std::map<Source, SourceState> sources;

    const AgentSession* session(const std::string& id) const;  // open or lately ended
};

// What a fact led to: zero, one or (a new picture, a loss) many events.
struct Change {
    std::string_view type;  // "deskline.agent-session"
    std::string subject;    // "/sessions/…"
    std::string agent;
    boost::json::object data;  // without the cause
    bool latestWins = false, ephemeral = false;
};

// Changes the state as the fact says and tells the events. `reason`: the one given by the command behind the fact, if any.
std::vector<Change> apply(State& state, const Fact& fact, const std::optional<std::string>& reason);

// What was there before a restart, from the journal's last event of each object; the next picture tells what has changed since.
void remember(State& state, const boost::json::object& cloudEvent);

}  // namespace deskline::events
