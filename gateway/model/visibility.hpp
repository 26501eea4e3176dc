// What a caller may see. The policy makes a visibility from an identity; lists, single things, snapshots, events,
// history and webhooks ask it, and nothing else decides what is visible. Thread: values, any.
#pragma once
#include <array>
#include <boost/describe.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "model/kinds.hpp"

namespace deskline {

// Whom a thing concerns. All empty: nobody in particular (an address, a source, the audio of the host).
struct Ownership {
    AgentId agent = {};
    std::set<GroupName> groups = {};  // ACD groups
    std::string owner = {};           // of a webhook: identity::Identity::owner; of an operation: the account
    bool operator==(const Ownership&) const = default;
};

enum class AccessLevel : std::uint8_t {
    none,    // it is not there
    own,     // what concerns one of the caller's own agents; of webhooks: the caller's own
    groups,  // that, and what concerns one of the caller's groups
    all,
};
BOOST_DESCRIBE_ENUM(AccessLevel, none, own, groups, all)

class Visibility {  // small: every connection has one
public:
    Visibility() = default;  // sees nothing
    // `owner`: whose webhooks are the caller's own (Identity::owner); "": the account.
    Visibility(std::set<AgentId> agents, std::set<GroupName> groups, std::string account, std::string owner = {})
        : agents_(std::move(agents)),
          groups_(std::move(groups)),
          account_(std::move(account)),
          owner_(owner.empty() ? account_ : std::move(owner)) {}

    void give(Kind kind, AccessLevel level) { levels_[static_cast<std::size_t>(kind)] = level; }
    AccessLevel level(Kind kind) const { return levels_[static_cast<std::size_t>(kind)]; }
    bool sees(Kind kind, const Ownership& ownership) const { return reaches(level(kind), ownership); }
    // The same by a level that is no kind's. What has an owner is told by that, else by its agent.
    bool reaches(AccessLevel level, const Ownership& ownership) const;
    const std::string& account() const { return account_; }
    // Where the level for the kind is `own`: the owners whose things are visible. History reads those of no other.
    std::set<std::string> own(Kind kind) const {
        return ofAccounts(kind) ? std::set{owner_} : std::set<std::string>(agents_.begin(), agents_.end());
    }

    std::string text() const;  // equal ones have equal texts, over restarts too

    bool operator==(const Visibility&) const = default;
    bool operator<(const Visibility& other) const {
        return std::tie(levels_, agents_, groups_, account_, owner_) <
               std::tie(other.levels_, other.agents_, other.groups_, other.account_, other.owner_);
    }

    static const Visibility& everything();

private:
    std::array<AccessLevel, kindRows.size()> levels_{};  // of the kinds in their order
    std::set<AgentId> agents_;
    std::set<GroupName> groups_;
    std::string account_, owner_;
};

}  // namespace deskline
