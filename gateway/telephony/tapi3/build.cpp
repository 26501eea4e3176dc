// Enumerates the switch's objects: all when the connection is built, and those of a handler or group that comes later.
#include <spdlog/spdlog.h>

#include "model/id.hpp"
#include "telephony/tapi3/connection.hpp"

namespace deskline::telephony {

Result<TelephonyInventory> Connection::build(const std::map<AgentId, Credential>& agents) {
    if (const auto connected = connect(); !connected) return connected.error();
    TelephonyInventory inventory;
    if (const auto lines = addLines(inventory); !lines) return lines.error();
    if (const auto handlers = addHandlers(inventory); !handlers) return handlers.error();
    for (const auto& [id, credential] : agents) {
        if (const auto back = signIn(id, credential); !back) {
            if (source::meansLoss(back.error())) return back.error();
            spdlog::warn("agent {} could not be signed in again: {}", id, back.error().detail);
            continue;
        }
        if (auto value = signedIn(id)) inventory.agents.push_back(std::move(*value));
    }
    inventory.sessions = inventory_.announceAll();
    for (auto& session : inventory.sessions)
        for (auto& agent : inventory.agents)
            if (agent.id == session.agent) agent.sessions.push_back(session.id);
    return inventory;
}

// A handler that cannot be read takes nothing else along.
Result<void> Connection::addHandlers(TelephonyInventory& inventory) {
    const auto lost = [](const Fault& fault) {
        if (!source::meansLoss(fault)) spdlog::warn("an agent handler could not be read: {}", fault.detail);
        return source::meansLoss(fault);
    };
    const auto center = com::query<ITTAPICallCenter>(tapi_.Get());
    if (!center) return {};  // no call-center controls here: calls are told
    const auto handlers = handlersOf(center.Get());
    if (!handlers && lost(handlers.error())) return handlers.error();
    if (!handlers) return {};
    for (const auto& handler : *handlers)
        if (const auto added = addHandler(handler.Get(), inventory); !added && lost(added.error()))
            return added.error();
    return {};
}

Result<void> Connection::addHandler(ITAgentHandler* handler, TelephonyInventory& inventory) {
    const auto name = readName(handler);
    if (!name) return name.error();
    if (!onlyHandler_.empty() && *name != onlyHandler_) return {};
    if (!inventory_.add({handler, com::identityOf(handler), *name})) return {};
    inventory.of<AgentHandler>().push_back({handlerId(*name), *name});
    const auto groups = groupsOf(handler);
    if (!groups) return groups.error();
    for (const auto& group : *groups)
        if (const auto added = addGroup(group.Get(), *name, inventory); !added && source::meansLoss(added.error()))
            return added.error();
    const auto addresses = addressesOf(handler);
    if (!addresses) return addresses.error();
    for (const auto& address : *addresses) addUsableLine(address.Get(), *name, inventory);
    return {};
}

Result<void> Connection::addGroup(ITACDGroup* group, const HandlerName& handler, TelephonyInventory& inventory) {
    const auto name = readName(group);
    if (!name) return name.error();
    const AcdGroup value{groupId(handler, *name), *name, handler};
    inventory_.put(GroupEntry{group, com::identityOf(group), value});
    inventory.of<AcdGroup>().push_back(value);
    const auto queues = queuesOf(group);
    if (!queues) {
        spdlog::warn("the queues of group {}: {}", *name, queues.error().detail);
        return {};
    }
    for (const auto& queue : *queues) {
        const auto queueName = readName(queue.Get());
        if (!queueName) continue;
        Queue one{queueId(handler, *name, *queueName), *queueName, *name, {}};
        if (const auto statistics = readStatistics(queue.Get())) one.statistics = *statistics;
        inventory.of<Queue>().push_back(one);
        inventory_.put(QueueEntry{queue, com::identityOf(queue.Get()), value.id, std::move(one)});
    }
    return {};
}

void Connection::addCalls(ITAddress* address, TelephonyInventory& inventory) {
    for (const auto& object : callsOf(address)) {
        auto call = readCall(object.Get(), address, now());
        if (call.state == CallState::unknown || isOver(call.state)) continue;
        const auto identity = com::identityOf(object.Get());
        if (inventory_.adopt(call.id, identity, object)) continue;
        call.id = idOf(call);
        readParties(object.Get(), call);
        if (const auto kept = inventory_.put(identity, {object, std::move(call)}, true))
            inventory.calls.push_back(*kept);
    }
}

}  // namespace deskline::telephony
