// Enumerates the switch's objects: all when the connection is built, and those of a handler or group that comes later.
#include <spdlog/spdlog.h>

#include "model/id.hpp"
#include "telephony/tapi3/connection.hpp"

namespace deskline::telephony {
namespace {

constexpr long audioMedia = 0x8;  // TAPIMEDIATYPE_AUDIO

}  // namespace

Result<TelephonyInventory> Connection::build(const std::map<AgentId, Credential>& agents) {
    if (const auto connected = connect(); !connected) return connected.error();
    TelephonyInventory inventory;
    const auto center = com::query<ITTAPICallCenter>(tapi_.Get());
    if (!center) return inventory;  // no call-center controls here: calls and audio still work
    const auto handlers = handlersOf(center.Get());
    if (!handlers) return handlers.error();
    for (const auto& handler : *handlers)
        if (const auto added = addHandler(handler.Get(), inventory); !added) return added.error();
    for (const auto& [id, credential] : agents) {
        if (const auto back = signIn(id, credential); !back) {
            if (source::meansLoss(back.error())) return back.error();
            spdlog::warn("agent {} could not be signed in again: {}", id, back.error().detail);
            continue;
        }
        if (auto value = readAgent(inventory_.agent(id).Get(), inventory_.handlerOf(id))) {
            value->id = id;
            inventory.agents.push_back(std::move(*value));
        }
    }
    inventory.sessions = inventory_.announceAll();
    for (auto& session : inventory.sessions)
        for (auto& agent : inventory.agents)
            if (agent.id == session.agent) agent.sessions.push_back(session.id);
    return inventory;
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
    for (const auto& address : *addresses) addAddress(address.Get(), *name, inventory);
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

void Connection::addAddress(ITAddress* address, const HandlerName& handler, TelephonyInventory& inventory) {
    const auto name = readName(address);
    if (!name) return;
    AddressEntry entry{address, com::identityOf(address), {addressId(handler, *name), *name, handler}};
    auto former = inventory_.takeRegistrations(entry.value.id);
    if (former.line == entry.identity) {  // the same line, enumerated once more
        unregister(former.cookies);
    } else {
        entry.registrations = std::move(former.cookies);
    }
    // Monitor, not owner: the user's softphone stays in charge of the call. VARIANT_TRUE is −1.
    __LONG32 registration = 0;
    if (const HRESULT code = tapi_->RegisterCallNotifications(address, VARIANT_TRUE, VARIANT_FALSE, audioMedia,
                                                              static_cast<__LONG32>(cookie_), &registration);
        SUCCEEDED(code)) {
        entry.registrations.push_back(registration);
    } else {
        spdlog::warn("calls on {} will not be seen: {}", *name,
                     com::failed(code, "ITTAPI::RegisterCallNotifications").detail);
    }
    inventory.addresses.push_back(entry.value);
    addCalls(address, *name, inventory);
    inventory_.put(std::move(entry));
}

void Connection::addCalls(ITAddress* address, const AddressName& name, TelephonyInventory& inventory) {
    for (const auto& call : callsOf(address)) {
        CALL_STATE state{};
        if (FAILED(call->get_CallState(&state)) || isOver(fromTapi(state))) continue;
        Call value{.id = CallId("call-" + randomId(6)),
                   .address = name,
                   .direction = readDirection(call.Get()),
                   .state = fromTapi(state),
                   .since = now()};
        readParties(call.Get(), value);
        inventory.calls.push_back(value);
        inventory_.put(com::identityOf(call.Get()), {call, std::move(value)});
    }
}

}  // namespace deskline::telephony
