// Handles TAPI's events. The state that is published comes from get_Event, never from a later read. Thread: the event
// thread, and lanes of details.hpp for what has to be asked.
#include <spdlog/spdlog.h>

#include "model/id.hpp"
#include "telephony/tapi3/connection.hpp"

namespace deskline::telephony {
namespace {

const std::string sessionsLane = "new sessions", agentsLane = "other agents";

}  // namespace

void Connection::run() {
    while (const auto event = queue_->pop()) {
        happened(*event);
        if (queue_->overflowed()) tooMany();
    }
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
        case ::TE_AGENTHANDLER:
        case ::TE_ACDGROUP:
        case ::TE_QUEUE:
        case ::TE_ADDRESS: return tellInventory([this, event] { inventoryHappened(event); });
        case ::TE_CALLNOTIFICATION: return dispatch<ITCallNotificationEvent>(event);
        case ::TE_CALLSTATE: return dispatch<ITCallStateEvent>(event);
        case ::TE_CALLINFOCHANGE: return dispatch<ITCallInfoChangeEvent>(event);
        case ::TE_TAPIOBJECT: return dispatch<ITTAPIObjectEvent>(event);
        default: return;  // events that the filter does not name
    }
}

void Connection::inventoryHappened(const TapiHappened& event) {
    switch (static_cast<unsigned>(event.kind)) {
        case ::TE_AGENTHANDLER: return dispatch<ITAgentHandlerEvent>(event);
        case ::TE_ACDGROUP: return dispatch<ITACDGroupEvent>(event);
        case ::TE_QUEUE: return dispatch<ITQueueEvent>(event);
        default: return dispatch<ITAddressEvent>(event);
    }
}

void Connection::tell(const std::string& lane, const ComPtr<IUnknown>& object, bool slow, Details::Work work) {
    if (!details_.inOrder(lane, object, slow, std::move(work))) tooMany();
}

void Connection::tellInventory(Details::Work work) {
    tell("inventory", com::identityOf(tapi_.Get()), true, std::move(work));
}

void Connection::tooMany() {
    if (!over_) told_.lost(Fault{"source-lost", "TAPI told more events than could be kept; all is read anew."});
}

void Connection::happened(ITAgentSessionEvent* event, Time time) {
    AGENT_SESSION_EVENT number{};
    ComPtr<ITAgentSession> session;
    if (failed(event->get_Event(&number), "ITAgentSessionEvent::get_Event") ||
        failed(event->get_Session(session.GetAddressOf()), "ITAgentSessionEvent::get_Session") || !session)
        return;
    const auto identity = com::identityOf(session.Get());
    tell(sessionsLane, identity, !inventory_.sessionOf(identity),
         [this, session, what = fromTapi(number), time] { sessionHappened(session.Get(), what, time); });
}

void Connection::sessionHappened(ITAgentSession* session, SessionEvent what, Time time) {
    const auto id = meet(session);
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
    const auto identity = com::identityOf(agent.Get());
    tell(agentsLane, identity, inventory_.agentOf(identity).empty(),
         [this, agent, what = fromTapi(number), time] { agentHappened(agent.Get(), what, time); });
}

void Connection::agentHappened(ITAgent* agent, AgentEvent what, Time time) {
    auto id = inventory_.agentOf(com::identityOf(agent));
    if (id.empty()) {
        com::Bstr text;
        if (FAILED(agent->get_ID(text.receive()))) return;
        id = AgentId(text.text());
        if (!inventory_.agent(id)) return;  // an agent that did not sign in here
    }
    report({AgentChanged{id, what}, time});
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
        handlerGone(handler.Get(), time);
    }
    reportCapabilities(time);
}

void Connection::reportCapabilities(Time time) {
    report({SourceConnected{Source::telephony, inventory_.capabilities()}, time});
}

// By its object, or by its name: another object may stand for it.
void Connection::handlerGone(ITAgentHandler* handler, Time time) {
    auto gone = inventory_.takeHandler(com::identityOf(handler));
    if (!gone)
        if (const auto name = readName(handler))
            if (const auto known = inventory_.handler(*name)) gone = inventory_.takeHandler(known->identity);
    if (!gone) return;
    dropHandler(gone->name, time);
    report({ThingChanged<AgentHandler>{{handlerId(gone->name), gone->name}, InventoryEvent::removed}, time});
}

void Connection::handlerAdded(ITAgentHandler* handler, Time time) {
    const auto name = readName(handler);
    const auto known = name ? inventory_.handler(*name) : std::nullopt;
    if (known && !(known->identity == com::identityOf(handler))) handlerGone(known->object.Get(), time);  // unheard
    TelephonyInventory news;
    if (const auto added = addHandler(handler, news); !added)
        spdlog::warn("a new agent handler could not be read: {}", added.error().detail);
    reportAdded(news, time);
    for (const auto& added : news.of<AgentHandler>())
        if (!over_) told_.back(added.name);
}

void Connection::reportAdded(const TelephonyInventory& news, Time time) {
    const auto reportAll = [&]<class T>(const std::vector<T>& list) {
        for (const auto& value : list) report({ThingChanged{value, EventOf<T>::added}, time});
    };
    std::apply([&](const auto&... list) { (reportAll(list), ...); }, news.lists);
    for (const auto& value : std::exchange(changedLines_, {}))
        report({ThingChanged{value, AddressEvent::handler}, time});
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
    TelephonyInventory news;
    if (const auto added = addGroup(group.Get(), handlerOf(group.Get()), news); !added)
        return spdlog::warn("a new ACD group could not be read: {}", added.error().detail);
    reportAdded(news, time);
}

// A group does not name its handler: ask the handlers, where there are several.
HandlerName Connection::handlerOf(ITACDGroup* group) const {
    const auto handlers = inventory_.handlers();
    const auto identity = com::identityOf(group);
    for (const auto& handler : handlers) {
        if (handlers.size() == 1) return handler.name;
        if (const auto groups = groupsOf(handler.object.Get()))
            for (const auto& each : *groups)
                if (com::identityOf(each.Get()) == identity) return handler.name;
    }
    return handlers.empty() ? HandlerName() : handlers.front().name;
}

void Connection::happened(ITQueueEvent* event, Time time) {
    ACDQUEUE_EVENT number{};
    ComPtr<ITQueue> queue;
    if (failed(event->get_Event(&number), "ITQueueEvent::get_Event") ||
        failed(event->get_Queue(queue.GetAddressOf()), "ITQueueEvent::get_Queue") || !queue)
        return;
    if (fromTapi(number) != InventoryEvent::removed) return queueAdded(queue.Get(), time);
    for (const auto& [id, entry] : inventory_.takeQueue(com::identityOf(queue.Get())))
        report({ThingChanged{entry.value, InventoryEvent::removed}, time});
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
            return report({ThingChanged{value, InventoryEvent::added}, time});
        }
    }
}

}  // namespace deskline::telephony
