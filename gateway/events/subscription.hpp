// What a client asked to hear and may hear. Topics are types without "deskline.", or prefixes of one; the scope is the policy's word and
// narrows everything: there is no way around it. Thread: values, any.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "events/frame.hpp"

namespace deskline::events {

// Whose things are visible; absent: everybody's. What concerns nobody in particular (groups, queues, sources, audio) is visible to all,
// but calls that belong to no agent yet are not; of a webhook hears its owner.
using Scope = std::optional<std::set<std::string>>;

const std::vector<std::string_view>& topics();                 // every topic there is
bool covers(std::string_view prefix, std::string_view topic);  // "audio" covers "audio.session", not "audiobook"

struct Subscription {
    std::set<std::string> topics;  // as asked
    Scope scope;                   // the policy's
    Scope only;                    // the client's own filter `agents`
    Scope owners = {};             // the policy's: whose webhooks are visible
    std::string subject = {};      // the client's own filter: "/sessions/…"; "": any
    bool operator<(const Subscription& other) const {
        return std::tie(topics, scope, only, owners, subject) < std::tie(other.topics, other.scope, other.only, other.owners, other.subject);
    }

    bool hears(std::string_view topic) const;
    bool sees(std::string_view topic, const std::string& agent) const;
    bool matches(const Frame& frame) const { return (subject.empty() || subject == frame.subject) && hears(frame.topic()) && sees(frame.topic(), frame.agent); }
};

}  // namespace deskline::events
