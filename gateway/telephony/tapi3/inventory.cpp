// Handlers, groups, queues, addresses and calls; agents and sessions are in inventory_agents.cpp.
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

template <class Entries>
auto objectNamed(const Entries& entries, const std::string& wanted) {
    decltype(entries.begin()->second.object) object;
    for (const auto& [id, entry] : entries)
        if (id == wanted || entry.value.name == wanted) object = entry.object;
    return object;
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
        std::ranges::any_of(addresses_, [](const auto& entry) { return !entry.second.registrations.empty(); });
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
    taken.addresses = takenOut(addresses_, [&](const AddressEntry& line) { return line.value.handler == handler; });
    std::set<AddressName> names;  // of lines that no other handler has
    for (const auto& [id, line] : taken.addresses) names.insert(line.value.name);
    for (const auto& [id, line] : addresses_) names.erase(line.value.name);
    taken.agents = takenOut(agents_, [&](const AgentEntry& agent) { return agent.handler == handler; });
    taken.sessions = takenOut(sessions_, [&](const SessionEntry& session) {
        return taken.agents.contains(session.value.agent) || names.contains(session.value.address);
    });
    taken.calls = takenOut(calls_, [&](const CallEntry& call) { return names.contains(call.value.address); });
    for (const auto& [id, session] : taken.sessions) {
        forgetObjectsOf(id);
        ended_.insert(id);
    }
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

ComPtr<ITACDGroup> Inventory::group(const std::string& wanted) const {
    const std::lock_guard lock(mutex_);
    return objectNamed(groups_, wanted);
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

void Inventory::put(AddressEntry address) {
    const std::lock_guard lock(mutex_);
    std::swap(addresses_[address.value.id], address);
}

Inventory::Registrations Inventory::takeRegistrations(const AddressId& address) {
    const std::lock_guard lock(mutex_);
    const auto known = addresses_.find(address);
    if (known == addresses_.end()) return {};
    return {known->second.identity, std::exchange(known->second.registrations, {})};
}

std::vector<long> Inventory::registrations() const {
    const std::lock_guard lock(mutex_);
    std::vector<long> all;
    for (const auto& [id, address] : addresses_)
        all.insert(all.end(), address.registrations.begin(), address.registrations.end());
    return all;
}

std::vector<Address> Inventory::addresses() const {
    const std::lock_guard lock(mutex_);
    std::vector<Address> all;
    for (const auto& [id, entry] : addresses_) all.push_back(entry.value);
    return all;
}

ComPtr<ITAddress> Inventory::address(const std::string& wanted) const {
    const std::lock_guard lock(mutex_);
    return objectNamed(addresses_, wanted);
}

void Inventory::put(const ComPtr<IUnknown>& identity, CallEntry call) {
    const std::lock_guard lock(mutex_);
    std::swap(calls_[identity.Get()], call);
}

std::optional<Call> Inventory::call(const ComPtr<IUnknown>& identity) const {
    const std::lock_guard lock(mutex_);
    const auto known = calls_.find(identity.Get());
    return known == calls_.end() ? std::nullopt : std::optional(known->second.value);
}

bool Inventory::dropCall(const ComPtr<IUnknown>& identity) {
    decltype(calls_)::node_type gone;  // released outside the lock
    const std::lock_guard lock(mutex_);
    gone = calls_.extract(identity.Get());
    return !gone.empty();
}

}  // namespace deskline::telephony
