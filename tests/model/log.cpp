#include "log.hpp"

#include <algorithm>

#include "promise.hpp"

namespace deskline::model {
namespace {

std::string text(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool isPrefix(const std::string& asked, std::string_view topic) {
    return topic == asked || topic.starts_with(asked + ".");
}

// The names of an integration's scopes, by the first word of a topic.
std::string scopeFor(std::string_view topic) {
    if (topic.starts_with("agent-handler") || topic == "address" || topic == "acd-group" || topic == "queue")
        return "switch:read";
    if (topic.starts_with("agent")) return "agents:read";
    if (topic == "call") return "calls:read";
    if (topic.starts_with("audio")) return "audio:read";
    if (topic == "webhook") return "webhooks";
    return {};
}

}  // namespace

// The roles of docs/security.md: an agent is told of itself, a supervisor and an integration of their groups, an
// administrator of everything.
bool maySee(const identity::Identity& who, std::string_view topic, const Ownership& ownership) {
    using identity::Role;
    if (who.role == Role::admin) return true;
    if (who.role == Role::integration)
        if (const auto scope = scopeFor(topic); !scope.empty() && !who.scopes.contains(scope)) return false;
    if (topic == "webhook") return who.role == Role::integration && ownership.agent == who.owner();
    if (topic.starts_with("audio") || topic == "source" || topic == "agent-handler" || topic == "address") return true;
    const bool everything = who.groups.contains(identity::everyGroup);
    const bool inGroups =
        std::ranges::any_of(ownership.groups, [&](const auto& group) { return who.groups.contains(group); });
    if (topic == "acd-group" || topic == "queue")
        return everything || inGroups || (!ownership.agent.empty() && who.agents.contains(ownership.agent));
    if (who.agents.contains(ownership.agent)) return true;
    return who.role != Role::agent && (everything || inGroups);
}

// The rows of the same table for changes of agents and sessions: a caller that sees them may change them; an
// integration needs a scope for that.
bool mayChange(const identity::Identity& who, const Ownership& ownership) {
    if (who.role == identity::Role::integration && !who.scopes.contains("agents:write")) return false;
    auto as = who;
    as.scopes.insert("agents:read");
    return maySee(as, "agent", ownership);
}

bool hears(const Hearing& hearing, std::string_view topic, const Ownership& ownership) {
    if (std::ranges::none_of(hearing.topics, [&](const auto& asked) { return isPrefix(asked, topic); })) return false;
    const bool ofAgents = topic == "agent" || topic == "agent-session" || topic == "call";
    if (hearing.only && topic != "webhook" &&
        (ownership.agent.empty() ? ofAgents : !hearing.only->contains(ownership.agent)))
        return false;
    return maySee(hearing.who, topic, ownership);
}

std::string Entry::what() const { return text(data(), data().contains("event") ? "event" : "change"); }

Ownership Log::whom(std::string_view list, const json::object& item, std::uint64_t at) const {
    const auto after = since_.upper_bound(at);
    return whom(list, item, after == since_.begin() ? Memberships{} : std::prev(after)->second);
}

Ownership Log::whom(std::string_view list, const json::object& item, const Memberships& memberships) const {
    if (list == "agents") {
        const AgentId id(text(item, "id"));
        const auto groups = memberships.find(id);
        return {id, groups == memberships.end() ? std::set<GroupName>{} : groups->second};
    }
    if (list == "sessions") return {AgentId(text(item, "agent")), {GroupName(text(item, "acdGroup"))}};
    if (list == "calls") {
        const auto session = text(item, "session");
        if (groupOfSession_.contains(session)) return {agentOfSession_.at(session), {groupOfSession_.at(session)}};
        const auto before = ofCall_.find(text(item, "id"));
        return before == ofCall_.end() ? Ownership{} : before->second;
    }
    if (list == "acdGroups") return {{}, {GroupName(text(item, "name"))}};
    if (list == "queues") return {{}, {GroupName(text(item, "acdGroup"))}};
    return {};
}

Ownership Log::ownershipOf(const Entry& entry) const {
    const auto topic = entry.topic();
    for (const auto& [of, list, key] : {std::tuple{"agent", "agents", "agent"},
                                        {"agent-session", "sessions", "session"},
                                        {"call", "calls", "call"},
                                        {"acd-group", "acdGroups", "group"},
                                        {"queue", "queues", "queue"}})
        if (topic == of) return whom(list, entry.data().at(key).as_object(), memberships_);
    return {};
}

const Entry& Log::add(const events::FramePtr& frame) {
    must(restarted_ ? frame->number > newest_ : frame->number == newest_ + 1, "one order, no gaps",
         [&] { return fmt::format("event {} follows event {}", frame->number, newest_); });
    restarted_ = false;
    newest_ = frame->number;
    auto& entry = entries_[frame->number] = {frame, json::parse(frame->text).as_object(),
                                             frame->delivery == events::Delivery::lossless};
    const auto topic = entry.topic();
    if (topic == "agent-session") {
        const auto& session = entry.data().at("session").as_object();
        const auto id = text(session, "id");
        const AgentId agent(text(session, "agent"));
        const GroupName group(text(session, "acdGroup"));
        if (agentOfSession_.emplace(id, agent).second) memberships_[agent].insert(group);
        groupOfSession_.emplace(id, group);
        owed_[agent].erase(group);
    }
    // The agent's event comes before that of the session by which the agent joins a group (and after a restart before
    // those of all sessions), and it concerns that group already.
    if (topic == "agent") {
        const auto& agent = entry.data().at("agent").as_object();
        const AgentId id(text(agent, "id"));
        auto& groups = memberships_[id];
        const auto untold =
            static_cast<std::size_t>(std::ranges::count_if(agent.at("sessions").as_array(), [&](const auto& session) {
                return !groupOfSession_.contains(std::string(session.as_string()));
            }));
        const auto most = groups.size() + std::max<std::size_t>(untold, entry.what() == "group-joined" ? 1 : 0);
        if (frame->ownership.groups.size() <= most && std::ranges::includes(frame->ownership.groups, groups)) {
            std::ranges::set_difference(frame->ownership.groups, groups, std::inserter(owed_[id], owed_[id].end()));
            groups = frame->ownership.groups;
        }
    }
    const auto expected = ownershipOf(entry);
    must(frame->ownership.agent == expected.agent && frame->ownership.groups == expected.groups,
         "an event concerns whom it is about", [&] {
             return fmt::format("event {} ({}) is said to concern '{}' and {} groups, but concerns '{}' and {}",
                                frame->number, frame->text, frame->ownership.agent, frame->ownership.groups.size(),
                                expected.agent, expected.groups.size());
         });
    if (topic == "call") ofCall_[text(entry.data().at("call").as_object(), "id")] = expected;
    if (topic == "agent" && entry.what() == "signed-out")
        memberships_.erase(AgentId(text(entry.data().at("agent").as_object(), "id")));
    if (since_.empty() || std::prev(since_.end())->second != memberships_) since_[newest_] = memberships_;
    return entry;
}

const Entry* Log::find(std::uint64_t number) const {
    const auto found = entries_.find(number);
    return found == entries_.end() ? nullptr : &found->second;
}

void Log::restart(std::uint64_t cut, std::uint64_t newest) {
    restarted_ = newest < newest_;
    entries_.erase(entries_.upper_bound(newest), entries_.end());
    newest_ = newest;
    // Memberships follow from the events that are still in the journal.
    memberships_.clear();
    groupOfSession_.clear();
    agentOfSession_.clear();
    owed_.clear();
    ofCall_.clear();
    std::map<std::string, bool> open;  // sessions: whose last event is not their end
    for (auto it = entries_.upper_bound(cut); it != entries_.end(); ++it) {
        const auto& entry = it->second;
        if (entry.erased) continue;
        const auto& ownership = entry.frame->ownership;
        if (entry.topic() == "call") {
            ofCall_[text(entry.data().at("call").as_object(), "id")] = ownership;
        } else if (entry.topic() == "agent-session") {
            const auto id = text(entry.data().at("session").as_object(), "id");
            agentOfSession_[id] = ownership.agent;
            groupOfSession_[id] = *ownership.groups.begin();
            open[id] = entry.what() != "end";
        } else if (entry.topic() == "agent") {
            entry.what() == "signed-out" ? void(memberships_.erase(ownership.agent))
                                         : void(memberships_[ownership.agent] = ownership.groups);
        }
    }
    for (const auto& [id, is] : open)
        if (is) memberships_[agentOfSession_.at(id)].insert(groupOfSession_.at(id));
    since_ = {{newest, memberships_}};
}

void Log::nothingOwed() const {
    for (const auto& [agent, groups] : owed_)
        must(groups.empty(), "an event concerns whom it is about",
             [&] { return agent + " was told to be in " + *groups.begin() + ", in which it has no session"; });
}

void Log::forget(const std::string& agent) {
    for (auto& [number, entry] : entries_) entry.erased = entry.erased || entry.frame->ownership.agent == agent;
}

const Entry* Log::missed(const Hearing& hearing, std::uint64_t after, std::uint64_t to) const {
    for (auto it = entries_.upper_bound(after); it != entries_.end() && it->first <= to; ++it) {
        const auto& entry = it->second;
        const auto seenBy = [&](const auto& who) { return maySee(who, entry.topic(), entry.frame->ownership); };
        if (entry.lossless && !entry.erased && hears(hearing, entry.topic(), entry.frame->ownership) &&
            std::ranges::all_of(hearing.before, seenBy))
            return &entry;
    }
    return nullptr;
}

}  // namespace deskline::model
