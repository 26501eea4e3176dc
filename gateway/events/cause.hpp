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
    std::string event;  // "ready"
};
BOOST_DESCRIBE_STRUCT(Expectation, (), (type, subject, agent, event))

inline bool fits(const Expectation& expected, std::string_view type, std::string_view subject, std::string_view agent, std::string_view event) {
    return expected.type == type && expected.event == event && (expected.subject.empty() ? expected.agent == agent : expected.subject == subject);
}

}  // namespace deskline::events
