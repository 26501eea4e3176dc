// Who brought an event about, and by which event a command's effect will be known. Both are kept with an operation, so
// that an event that comes late, or after a restart, still carries its cause. Thread: values, any.
#pragma once
#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "model/json.hpp"
#include "model/kinds.hpp"

namespace deskline::events {

struct Cause {
    std::string request, actor;
    std::optional<std::string> reason, traceparent;  // traceparent: W3C Trace Context
    // For the audit alone: not part of an event.
    std::string account = {}, role = {}, address = {}, origin = {};
};
BOOST_DESCRIBE_STRUCT(Cause, (), (request, actor, reason, traceparent))

struct Expectation {
    Kind kind;
    std::string id;  // of the thing; "": any of the agent's
    AgentId agent;
    std::string event;                    // "ready"
    std::optional<GroupName> group = {};  // of a session that is to be opened
};

// What an event is known by. Thread: values, any.
struct Happened {
    Kind kind;
    std::string_view id, agent, event;
    std::string_view group = {};  // of a session
};

inline bool fits(const Expectation& expected, const Happened& is) {
    return expected.kind == is.kind && expected.event == is.event && (!expected.group || *expected.group == is.group) &&
           (expected.id.empty() ? expected.agent == is.agent : expected.id == is.id);
}

}  // namespace deskline::events
