// The steps that can be taken against a gateway. Lists of them are drawn by a seed, written to files, read again and
// shortened. A step's numbers choose among the objects of that moment (the n-th session, the n-th client), so every
// part of a list is a valid list. Thread: any.
#pragma once
#include <boost/describe.hpp>
#include <random>
#include <string>
#include <vector>

#include "model/names.hpp"

namespace deskline::model {

enum class Do {
    connect_switch,
    lose_switch,
    move,         // session, state: by the switch itself
    call,         // session: the next thing that a call does
    volume,       // of the speakers
    sign_in,      // account, agent
    sign_out,     // account, agent
    agent_state,  // account, agent, state
    create,       // account, agent, group
    set_state,    // account, session, state and how (reason, after the call, Prefer, Idempotency-Key, If-Match)
    end,          // account, session
    withdraw,     // account, session: its pending state
    repeat,       // request with an Idempotency-Key, with another body or the same
    answer,       // command, way
    late_event,
    enter,      // account, topics: a client connects
    leave,      // client
    come_back,  // client, from where
    slow,       // client: reads no more, or again
    subscribe,  // client, topic, add or not
    grant,      // key, what it may: the policy changes
    journal,    // can be written, or not
    crash,
    restart,
    pass,        // how long
    wall_clock,  // is set
    forget,      // agent
    read,        // account: the next page of the history
    operation,   // one that was answered with 202
    look,        // every client compares its copy with a fresh snapshot
};
BOOST_DESCRIBE_ENUM(Do, connect_switch, lose_switch, move, call, volume, sign_in, sign_out, agent_state, create,
                    set_state, end, withdraw, repeat, answer, late_event, enter, leave, come_back, slow, subscribe,
                    grant, journal, crash, restart, pass, wall_clock, forget, read, operation, look)

struct Step {
    Do what = Do::look;
    unsigned a = 0, b = 0, c = 0;
};
using Steps = std::vector<Step>;

Steps draw(std::uint64_t seed, std::size_t length);
std::string written(const Steps& steps);              // one a line: "set-state 3 1 9"
bool readSteps(const std::string& text, Steps& out);  // lines that are empty or begin with # are left out

}  // namespace deskline::model
