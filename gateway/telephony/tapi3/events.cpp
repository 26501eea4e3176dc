// Handles TAPI's events, on the event thread. The state that is published comes from get_Event, never from a later
// read.
#include <spdlog/spdlog.h>

#include "model/id.hpp"
#include "telephony/tapi3/connection.hpp"

namespace deskline::telephony {

void Connection::run() {
    while (auto event = queue_->pop()) happened(*event);
}

template <class Event>
void Connection::dispatch(const TapiHappened& event) {
    if (const auto e = com::query<Event>(event.event.Get())) return happened(e.Get(), event.time);
    spdlog::warn("TAPI sent event {:#x} with an object that is none of its kind", static_cast<unsigned>(event.kind));
}

void Connection::happened(const TapiHappened& event) {
    eventThread_.check();
    switch (static_cast<unsigned>(event.kind)) {
        case ::TE_AGENTSESSION: return dispatch<ITAgentSessionEvent>(event);
        case ::TE_AGENT: return dispatch<ITAgentEvent>(event);
        case ::TE_AGENTHANDLER: return dispatch<ITAgentHandlerEvent>(event);
        case ::TE_ACDGROUP: return dispatch<ITACDGroupEvent>(event);
        case ::TE_QUEUE: return dispatch<ITQueueEvent>(event);
        case ::TE_CALLNOTIFICATION: return dispatch<ITCallNotificationEvent>(event);
        case ::TE_CALLSTATE: return dispatch<ITCallStateEvent>(event);
        case ::TE_CALLINFOCHANGE: return dispatch<ITCallInfoChangeEvent>(event);
        case ::TE_TAPIOBJECT: return dispatch<ITTAPIObjectEvent>(event);
        default: return;  // TE_ADDRESS and events that the filter does not name
    }
}

void Connection::happened(ITAgentSessionEvent* event, Time time) {
    AGENT_SESSION_EVENT number{};
    ComPtr<ITAgentSession> session;
    if (failed(event->get_Event(&number), "ITAgentSessionEvent::get_Event") ||
        failed(event->get_Session(session.GetAddressOf()), "ITAgentSessionEvent::get_Session") || !session)
        return;
    const auto what = fromTapi(number);
    const auto id = meet(session.Get());
    if (!id) {
        spdlog::warn("an agent session's event could not be told: {}", id.error().detail);
        return noteLoss(id.error());
    }
    announce(*id, time);  // new_session is reported first, whichever event comes first
    if (what == SessionEvent::new_session) return;
    report({SessionChanged{*id, what}, time});
    if (what == SessionEvent::end) inventory_.dropSession(*id);
}

void Connection::happened(ITAgentEvent* event, Time time) {
    AGENT_EVENT number{};
    ComPtr<ITAgent> agent;
    if (failed(event->get_Event(&number), "ITAgentEvent::get_Event") ||
        failed(event->get_Agent(agent.GetAddressOf()), "ITAgentEvent::get_Agent") || !agent)
        return;
    auto id = inventory_.agentOf(com::identityOf(agent.Get()));
    if (id.empty()) {
        com::Bstr text;
        if (FAILED(agent->get_ID(text.receive()))) return;
        id = AgentId(text.text());
        if (!inventory_.agent(id)) return;  // an agent that did not sign in here
    }
    report({AgentChanged{id, fromTapi(number)}, time});
}

void Connection::happened(ITAgentHandlerEvent* event, Time time) {
    AGENTHANDLER_EVENT number{};
    ComPtr<ITAgentHandler> handler;
    if (failed(event->get_Event(&number), "ITAgentHandlerEvent::get_Event") ||
        failed(event->get_AgentHandler(handler.GetAddressOf()), "ITAgentHandlerEvent::get_AgentHandler") || !handler)
        return;
    if (fromTapi(number) == InventoryEvent::added) {
        handlerAdded(handler.Get(), time);
    } else {
        const auto gone = inventory_.takeHandler(com::identityOf(handler.Get()));
        if (!gone) return;
        dropHandler(gone->name, time);
        report({InventoryChanged<AgentHandler>{{handlerId(gone->name), gone->name}, InventoryEvent::removed}, time});
    }
    report({SourceConnected{Source::telephony, inventory_.capabilities()}, time});
}

void Connection::handlerAdded(ITAgentHandler* handler, Time time) {
    TelephonyInventory news;
    if (const auto added = addHandler(handler, news); !added)
        spdlog::warn("a new agent handler could not be read: {}", added.error().detail);
    report({AddressesRead{inventory_.addresses()}, time});
    reportAdded(news, time);
}

void Connection::reportAdded(const TelephonyInventory& news, Time time) {
    const auto reportAll = [&](const auto& list) {
        for (const auto& value : list) report({InventoryChanged{value, InventoryEvent::added}, time});
    };
    std::apply([&](const auto&... list) { (reportAll(list), ...); }, news.lists);
    for (const auto& value : news.calls) report({CallChanged{value, CallEvent::state}, time});
}

void Connection::happened(ITACDGroupEvent* event, Time time) {
    ACDGROUP_EVENT number{};
    ComPtr<ITACDGroup> group;
    if (failed(event->get_Event(&number), "ITACDGroupEvent::get_Event") ||
        failed(event->get_Group(group.GetAddressOf()), "ITACDGroupEvent::get_Group") || !group)
        return;
    if (fromTapi(number) == InventoryEvent::removed) {
        // The group's getters answer TAPI_E_CALLCENTER_GROUP_REMOVED from now on, so it is found by its pointer. A
        // command that names the group later gets that code too.
        const auto identity = com::identityOf(group.Get());
        return dropGroups([&](const GroupEntry& known) { return known.identity == identity; }, time);
    }
    const auto handler = inventory_.handler("");
    TelephonyInventory news;
    if (const auto added = addGroup(group.Get(), handler ? handler->name : HandlerName(), news); !added)
        return spdlog::warn("a new ACD group could not be read: {}", added.error().detail);
    reportAdded(news, time);
}

void Connection::happened(ITQueueEvent* event, Time time) {
    ACDQUEUE_EVENT number{};
    ComPtr<ITQueue> queue;
    if (failed(event->get_Event(&number), "ITQueueEvent::get_Event") ||
        failed(event->get_Queue(queue.GetAddressOf()), "ITQueueEvent::get_Queue") || !queue)
        return;
    if (fromTapi(number) != InventoryEvent::removed) return queueAdded(queue.Get(), time);
    for (const auto& [id, entry] : inventory_.takeQueue(com::identityOf(queue.Get())))
        report({InventoryChanged{entry.value, InventoryEvent::removed}, time});
}

void Connection::queueAdded(ITQueue* queue, Time time) {
    const auto identity = com::identityOf(queue);
    if (inventory_.hasQueue(identity)) return;  // it was reported with its group
    // A queue does not name its group: ask the groups.
    for (const auto& group : inventory_.groups()) {
        const auto queues = queuesOf(group.object.Get());
        if (!queues) continue;
        for (const auto& each : *queues) {
            if (com::identityOf(each.Get()) != identity) continue;
            const auto name = readName(each.Get());
            if (!name) return;
            const Queue value{queueId(group.value.handler, group.value.name, *name), *name, group.value.name, {}};
            inventory_.put(QueueEntry{each, identity, group.value.id, value});
            return report({InventoryChanged{value, InventoryEvent::added}, time});
        }
    }
}

void Connection::happened(ITTAPIObjectEvent* event, Time) {
    TAPIOBJECT_EVENT what{};
    if (SUCCEEDED(event->get_Event(&what)) && what == ::TE_REINIT)
        lost_(com::failed(static_cast<HRESULT>(hresult("TAPI_E_REINIT")), "TE_TAPIOBJECT"));
}

}  // namespace deskline::telephony
