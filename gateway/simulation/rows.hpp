// The switch's own records, for switch.cpp, switch_views.cpp and traffic.cpp alone. Thread: any, under the switch's
// lock.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "model/values.hpp"

namespace deskline::simulation {

struct Finished {  // an ACD call that was talked and wrapped up
    Time at;
    Seconds talk = 0, wrapUp = 0;
};

struct AgentRow {
    std::string id, pin, user;
    bool hasId = true, signedIn = false;
    AgentState state = AgentState::not_ready;
    Time since{};
    Seconds period = 3600;
    std::deque<Finished> finished;  // the last so many, of its measurement period
    std::vector<std::string> sessions;
};

struct SessionRow {
    std::string id, agent, group, address;
    SessionState state = SessionState::not_ready;
    Time since{}, startedAt{};
    std::optional<Time> endedAt;
    std::string call;              // offered or connected
    std::uint64_t generation = 0;  // counts the states: a timer that was set in an earlier one does nothing
    std::int64_t calls = 0;
    Seconds talk = 0, wrapUp = 0, longestAnswer = 0, totalAnswer = 0;
};

struct QueueRow {
    std::string name;
    bool removed = false, groupRemoved = false;
    Seconds period = 3600;
    std::int64_t queued = 0, abandoned = 0, flowedIn = 0, flowedOut = 0, finalDisposition = 0, answered = 0;
    Seconds longestEver = 0, totalWait = 0;
    std::deque<std::string> waiting;
};

struct CallRow {
    std::string id, group, session, address;
    CallState state = CallState::queued;
    Party caller, called;
    std::optional<CallCause> cause;
    std::string callerName;  // told in an event after the number, as switches do
    Time queuedAt{}, since{}, offeredAt{};
    bool overflowed = false;
};

struct LineRow {
    std::string name;
    bool removed = false;
    AddressState state = AddressState::in_service;
};

inline Seconds seconds(Time from, Time to) {
    return std::chrono::duration_cast<std::chrono::seconds>(to - from).count();
}
inline double perHour(std::int64_t count, Seconds period) {
    return period > 0 ? static_cast<double>(count) * 3600.0 / static_cast<double>(period) : 0.0;
}
inline Seconds average(Seconds total, std::int64_t count) { return count > 0 ? total / count : 0; }

}  // namespace deskline::simulation
