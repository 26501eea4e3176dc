// Handlers, groups, queues and calls; lines are in inventory_lines.cpp, agents and sessions in inventory_agents.cpp.
#include "telephony/tapi3/inventory.hpp"

#include <algorithm>
#include <set>

#include "model/id.hpp"

namespace deskline::telephony {
namespace {

// Takes the entries for which `which` is true out of the map. The caller releases them outside the lock.
template <class Entries, class Which>
Entries takenOut(Entries& entries, const Which& which) {
    Entries taken;
    for (auto entry = entries.begin(); entry != entries.end();) {
        const auto here = entry++;
        if (which(here->second)) taken.insert(entries.extract(here));
    }
    return taken;
}

}  // namespace

void Inventory::clear() {
    decltype(calls_) calls;
    decltype(sessions_) sessions;
    decltype(agents_) agents;
    decltype(groups_) groups;
    decltype(queues_) queues;
    decltype(addresses_) addresses;
    decltype(handlers_) handlers;
    {
        const std::lock_guard lock(mutex_);
        sessionByIdentity_.clear();
        calls.swap(calls_);
        sessions.swap(sessions_);
        agents.swap(agents_);
        groups.swap(groups_);
        queues.swap(queues_);
        addresses.swap(addresses_);
        handlers.swap(handlers_);
    }
    calls.clear(), sessions.clear(), agents.clear(), queues.clear(), groups.clear(), addresses.clear(),
        handlers.clear();
}

std::map<std::string, bool> Inventory::capabilities() const {
    const std::lock_guard lock(mutex_);
    const bool handler = !handlers_.empty();
    const bool calls =
        std::ranges::any_of(addresses_, [](const auto& entry) { return entry.second.registration.has_value(); });
    return {{"agentSessions", handler},
            {"agentStatistics", handler},
            {"queues", !queues_.empty()},
            {"calls", calls},
            {"sessionPin", handler}};
}

bool Inventory::add(HandlerEntry handler) {
    const std::lock_guard lock(mutex_);
    if (std::ranges::find(handlers_, handler.name, &HandlerEntry::name) != handlers_.end()) return false;
    handlers_.push_back(std::move(handler));
    return true;
}

std::optional<HandlerEntry> Inventory::handler(const std::string& wanted) const {
    const std::lock_guard lock(mutex_);
    for (const auto& handler : handlers_)
        if (wanted.empty() || handler.name == wanted || handlerId(handler.name) == wanted) return handler;
    return std::nullopt;
}

std::vector<HandlerEntry> Inventory::handlers() const {
    const std::lock_guard lock(mutex_);
    return handlers_;
}

std::optional<HandlerEntry> Inventory::takeHandler(const ComPtr<IUnknown>& identity) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(handlers_, identity, &HandlerEntry::identity);
    if (found == handlers_.end()) return std::nullopt;
    auto handler = std::move(*found);
    handlers_.erase(found);
    return handler;
}

Inventory::OfHandler Inventory::takeOf(const HandlerName& handler) {
    OfHandler taken;
    const std::lock_guard lock(mutex_);
    ++removals_;
    std::set<AddressName> names;  // of lines that no handler can use any more
    for (auto& [id, line] : addresses_) {
        if (std::erase(line.handlers, handler) == 0) continue;
        const auto before = std::exchange(line.value.handler, line.handlers.empty() ? HandlerName() : line.handlers[0]);
        if (line.handlers.empty()) names.insert(line.value.name);
        if (line.handlers.empty() && !line.ofHost)
            taken.unlisted.push_back(id);
        else if (line.value.handler != before)
            taken.changed.push_back(line.value);
    }
    for (const auto& [id, line] : addresses_)
        if (!line.handlers.empty()) names.erase(line.value.name);
    taken.agents = takenOut(agents_, [&](const AgentEntry& agent) { return agent.handler == handler; });
    taken.sessions = takenOut(sessions_, [&](const SessionEntry& session) {
        return taken.agents.contains(session.value.agent) || names.contains(session.value.address);
    });
    for (const auto& [id, session] : taken.sessions) forgetObjectsOf(id);  // the switch may have them when it is back
    return taken;
}

void Inventory::put(GroupEntry group) {
    const std::lock_guard lock(mutex_);
    std::swap(groups_[group.value.id], group);
}

void Inventory::put(QueueEntry queue) {
    const std::lock_guard lock(mutex_);
    std::swap(queues_[queue.value.id], queue);
}

std::vector<GroupEntry> Inventory::groups() const {
    const std::lock_guard lock(mutex_);
    std::vector<GroupEntry> all;
    for (const auto& [id, entry] : groups_) all.push_back(entry);
    return all;
}

ComPtr<ITACDGroup> Inventory::group(const std::string& wanted, const HandlerName& handler) const {
    const std::lock_guard lock(mutex_);
    ComPtr<ITACDGroup> other;  // of another handler: the switch says what is wrong with it
    for (const auto& [id, group] : groups_) {
        if (id != wanted && group.value.name != wanted) continue;
        if (group.value.handler == handler) return group.object;
        if (!other) other = group.object;
    }
    return other;
}

bool Inventory::groupRemoved(const std::string& nameOrId) const {
    const std::lock_guard lock(mutex_);
    return removedGroups_.contains(nameOrId);
}

bool Inventory::hasQueue(const ComPtr<IUnknown>& identity) const {
    const std::lock_guard lock(mutex_);
    return std::ranges::any_of(queues_, [&](const auto& entry) { return entry.second.identity == identity; });
}

ObjectsById<QueueId, ITQueue> Inventory::queues() const {
    const std::lock_guard lock(mutex_);
    ObjectsById<QueueId, ITQueue> all;
    for (const auto& [id, entry] : queues_) all.emplace_back(id, entry.object);
    return all;
}

std::map<QueueId, QueueEntry> Inventory::takeQueue(const ComPtr<IUnknown>& identity) {
    const std::lock_guard lock(mutex_);
    return takenOut(queues_, [&](const QueueEntry& queue) { return queue.identity == identity; });
}

Inventory::Groups Inventory::takeGroups(const std::function<bool(const GroupEntry&)>& which) {
    Groups taken;
    const std::lock_guard lock(mutex_);
    taken.groups = takenOut(groups_, which);
    taken.queues = takenOut(queues_, [&](const QueueEntry& queue) { return taken.groups.contains(queue.group); });
    for (const auto& [id, group] : taken.groups) {
        removedGroups_.insert(id);
        removedGroups_.insert(group.value.name);
    }
    return taken;
}

std::optional<Call> Inventory::put(const ComPtr<IUnknown>& identity, CallEntry call, bool isNew) {
    const std::lock_guard lock(mutex_);
    const auto known = calls_.find(identity.Get());
    if (isNew && known != calls_.end()) call.value.id = known->second.value.id;
    const bool lineGone = !call.value.address.empty() && !hasLine(call.value.address);
    if ((!isNew && known == calls_.end()) || lineGone) return std::nullopt;
    auto value = call.value;
    std::swap(calls_[identity.Get()], call);
    return value;
}

std::map<IUnknown*, CallEntry> Inventory::takeCallsOn(const AddressId& line) {
    const std::lock_guard lock(mutex_);
    const auto found = addresses_.find(line);
    if (found == addresses_.end()) return {};
    return takeCalls(found->second.value.name);
}

std::map<IUnknown*, CallEntry> Inventory::takeCalls(const AddressName& line) {
    auto gone = takenOut(calls_, [&](const CallEntry& call) { return call.value.address == line; });
    for (const auto& [identity, call] : gone) endedCalls_.insert(call.value.id);
    return gone;
}

std::optional<Call> Inventory::call(const ComPtr<IUnknown>& identity) const {
    const std::lock_guard lock(mutex_);
    const auto known = calls_.find(identity.Get());
    return known == calls_.end() ? std::nullopt : std::optional(known->second.value);
}

bool Inventory::drop(const Call& over, const ComPtr<IUnknown>& identity) {
    decltype(calls_)::node_type gone;  // released outside the lock
    const std::lock_guard lock(mutex_);
    gone = calls_.extract(identity.Get());
    endedCalls_.insert(over.id);
    return !gone.empty();
}

bool Inventory::ended(const CallId& call) const {
    const std::lock_guard lock(mutex_);
    return endedCalls_.contains(call);
}

std::optional<Call> Inventory::adopt(const CallId& call, const ComPtr<IUnknown>& identity,
                                     const ComPtr<ITCallInfo>& object) {
    CallEntry former;  // its object is released outside the lock
    const std::lock_guard lock(mutex_);
    const auto known =
        std::ranges::find_if(calls_, [&](const auto& entry) { return !call.empty() && entry.second.value.id == call; });
    if (known == calls_.end()) return std::nullopt;
    former = std::move(known->second);
    calls_.erase(known);
    calls_[identity.Get()] = {object, former.value};
    return former.value;
}

}  // namespace deskline::telephony
