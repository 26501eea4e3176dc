// What a client asked to hear and may hear. Topics are types without "deskline.", or prefixes of one; the visibility is
// the policy's word and narrows everything: there is no way around it. Thread: values, any.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "events/frame.hpp"

namespace deskline::events {

bool covers(std::string_view prefix, std::string_view topic);  // "audio" covers "audio.session", not "audiobook"
bool isOfAgents(Kind kind);  // what happens there is always somebody's: a call, not a queue

struct Subscription {
    std::set<std::string> topics;                // as asked
    Visibility visibility;                       // the policy's: an empty one sees nothing
    std::optional<std::set<AgentId>> only = {};  // the client's own filter `agents`: what concerns other agents is
                                                 // left out, and of agents what concerns nobody that is known
    std::string subject = {};                    // the client's own filter: "/sessions/…"; "": any
    bool operator<(const Subscription& other) const {
        return std::tie(topics, visibility, only, subject) <
               std::tie(other.topics, other.visibility, other.only, other.subject);
    }

    bool hears(Kind kind) const;
    bool sees(Kind kind, const Ownership& ownership) const;
    bool matches(const Frame& frame) const {
        return (subject.empty() || subject == frame.subject) && hears(frame.kind) && sees(frame.kind, frame.ownership);
    }
};

}  // namespace deskline::events
