// What somebody may see of everything. The policy makes a sight of an identity; lists, single things, snapshots, events, history and
// webhooks ask it, and nothing else decides what is visible. Thread: values, any.
#pragma once
#include <boost/describe.hpp>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace deskline {

// Whom a thing concerns. Both empty: nobody in particular (an address, a source, the audio of the host).
struct Concern {
    std::string agent;               // of a webhook: the account of its owner
    std::set<std::string> groups{};  // ACD groups, by their names
    bool operator==(const Concern&) const = default;
};

enum class Reach {
    none,    // it is not there
    own,     // what concerns one of the caller's own agents; of webhooks: the caller's own
    groups,  // that, and what concerns one of the caller's groups
    all,
};
BOOST_DESCRIBE_ENUM(Reach, none, own, groups, all)

struct Sight {
    std::map<std::string, Reach, std::less<>> topics;  // "agent-session" …, and "address", which has no events; absent: none
    std::set<std::string> agents, groups;              // ids; names
    std::string account;

    bool sees(std::string_view topic, const Concern& concern) const;
    bool operator<(const Sight& other) const { return tie() < other.tie(); }
    bool operator==(const Sight& other) const { return tie() == other.tie(); }

    static const Sight& everything();

private:
    std::tuple<const std::map<std::string, Reach, std::less<>>&, const std::set<std::string>&, const std::set<std::string>&, const std::string&> tie() const {
        return {topics, agents, groups, account};
    }
};

// Every topic that there are events of.
const std::vector<std::string_view>& topics();

}  // namespace deskline
