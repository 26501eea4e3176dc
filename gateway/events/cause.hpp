// Who brought an event about, and by which event a command's effect will be known. Both are kept with an operation, so that an event that
// comes late, or after a restart, still carries its cause. Thread: values, any.
#pragma once
#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "model/json.hpp"

namespace deskline::events {

struct Cause {
    std::string request, actor;
    std::optional<std::string> reason, traceparent;  // traceparent: W3C Trace Context
    // For the audit alone: not part of an event.
    std::string account = {}, role = {}, address = {}, origin = {};
};
BOOST_DESCRIBE_STRUCT(Cause, (), (request, actor, reason, traceparent))

struct Expectation {
    std::string type;     // "deskline.agent-session"
    std::string subject;  // "/sessions/…"; "": any of the agent's
    std::string agent;
    std::string event;                      // "ready"
    std::optional<std::string> group = {};  // of a session that is to be opened: its ACD group's name
};
BOOST_DESCRIBE_STRUCT(Expectation, (), (type, subject, agent, event, group))

// What an event is known by. Thread: values, any.
struct Happened {
    std::string_view type, subject, agent, event;
    std::string_view group = {};  // of a session
};

inline bool fits(const Expectation& expected, const Happened& is) {
    return expected.type == is.type && expected.event == is.event && (!expected.group || *expected.group == is.group) &&
           (expected.subject.empty() ? expected.agent == is.agent : expected.subject == is.subject);
}

}  // namespace deskline::events
