// What the connection makes of TAPI's events, on the event thread. The published state comes from get_Event, never from
// a later read.
#include <spdlog/spdlog.h>

#include <set>

#include "model/id.hpp"
#include "telephony/tapi3/connection.hpp"

namespace deskline::telephony {
namespace {

// What is meant, out of the map; to be released outside the lock.
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

using com::query;

void Connection::run() {
    while (auto event = queue_->pop()) happened(*event);
}

void Connection::happened(TapiHappened& happened) {
    auto* event = happened.event.Get();
    const auto wrong = [&] {
        spdlog::warn("TAPI sent event {:#x} with an object that is none of its kind",
                     static_cast<unsigned>(happened.kind));
    };
    switch (static_cast<unsigned>(happened.kind)) {
        case ::TE_AGENTSESSION:
            if (const auto e = query<ITAgentSessionEvent>(event)) return sessionHappened(e.Get(), happened.time);
            return wrong();
        case ::TE_AGENT:
            if (const auto e = query<ITAgentEvent>(event)) return agentHappened(e.Get(), happened.time);
            return wrong();
        case ::TE_AGENTHANDLER:
            if (const auto e = query<ITAgentHandlerEvent>(event)) return handlerHappened(e.Get(), happened.time);
            return wrong();
        case ::TE_ACDGROUP:
            if (const auto e = query<ITACDGroupEvent>(event)) return groupHappened(e.Get(), happened.time);
            return wrong();
        case ::TE_QUEUE:
            if (const auto e = query<ITQueueEvent>(event)) return queueHappened(e.Get(), happened.time);
            return wrong();
        case ::TE_CALLNOTIFICATION:
            if (const auto e = query<ITCallNotificationEvent>(event)) {
                ComPtr<ITCallInfo> call;
                if (failed(e->get_Call(call.GetAddressOf()), "ITCallNotificationEvent::get_Call") || !call) return;
                return callHappened(call.Get(), CallEvent::notification, {}, {}, happened.time);
            }
            return wrong();
        case ::TE_CALLSTATE:
            if (const auto e = query<ITCallStateEvent>(event)) {
                ComPtr<ITCallInfo> call;
                CALL_STATE state{};
                CALL_STATE_EVENT_CAUSE cause{};
                if (failed(e->get_Call(call.GetAddressOf()), "ITCallStateEvent::get_Call") || !call ||
                    failed(e->get_State(&state), "ITCallStateEvent::get_State"))
                    return;
                std::optional<CallCause> why;
                if (SUCCEEDED(e->get_Cause(&cause)) && fromTapi(cause) != CallCause::none) why = fromTapi(cause);
                return callHappened(call.Get(), CallEvent::state, fromTapi(state), why, happened.time);
            }
            return wrong();
        case ::TE_CALLINFOCHANGE:
            if (const auto e = query<ITCallInfoChangeEvent>(event)) {
                ComPtr<ITCallInfo> call;
                if (failed(e->get_Call(call.GetAddressOf()), "ITCallInfoChangeEvent::get_Call") || !call) return;
                return callHappened(call.Get(), CallEvent::info, {}, {}, happened.time);
            }
            return wrong();
        case ::TE_TAPIOBJECT:
            if (const auto e = query<ITTAPIObjectEvent>(event)) {
                TAPIOBJECT_EVENT what{};
                if (SUCCEEDED(e->get_Event(&what)) && what == ::TE_REINIT)
                    lost_(com::failed(static_cast<HRESULT>(hresult("TAPI_E_REINIT")), "TE_TAPIOBJECT"));
                return;
            }
            return wrong();
        default: return;  // TE_ADDRESS and what we did not ask for
    }
}

void Connection::sessionHappened(ITAgentSessionEvent* event, Time time) {
    AGENT_SESSION_EVENT number{};
    ComPtr<ITAgentSession> session;
    if (failed(event->get_Event(&number), "ITAgentSessionEvent::get_Event") ||
        failed(event->get_Session(session.GetAddressOf()), "ITAgentSessionEvent::get_Session") || !session)
        return;
    const auto what = fromTapi(number);
    bool fresh = false;
    const auto id = meet(session.Get(), fresh);
    if (!id) {
        spdlog::warn("an agent session's event could not be told: {}", id.error().detail);
        if (id.error().hresult && meansSourceLost(*id.error().hresult)) lost_(id.error());
        return;
    }
    announce(*id, time);  // whatever the first event is, a session begins by being new
    if (what == SessionEvent::new_session) return;
    report({SessionChanged{*id, what}, time});
    if (what != SessionEvent::end) return;
    SessionEntry gone;  // released outside the lock
    const std::lock_guard lock(mutex_);
    if (const auto found = sessions_.find(*id); found != sessions_.end()) {
        forgetObjectsOf(*id);
        gone = std::move(found->second);
        sessions_.erase(found);
    }
    ended_.insert(*id);
}

void Connection::agentHappened(ITAgentEvent* event, Time time) {
    AGENT_EVENT number{};
    ComPtr<ITAgent> agent;
    if (failed(event->get_Event(&number), "ITAgentEvent::get_Event") ||
        failed(event->get_Agent(agent.GetAddressOf()), "ITAgentEvent::get_Agent") || !agent)
        return;
    const auto identity = com::identityOf(agent.Get());
    std::string id;
    {
        const std::lock_guard lock(mutex_);
        for (auto& [known, entry] : agents_)
            if (entry.identity.Get() == identity.Get()) id = known;
    }
    if (id.empty()) {
        com::Bstr text;
        if (FAILED(agent->get_ID(text.receive()))) return;
        const std::lock_guard lock(mutex_);
        if (!agents_.contains(text.text())) return;  // nobody of ours
        id = text.text();
    }
    report({AgentChanged{id, fromTapi(number)}, time});
}

void Connection::handlerHappened(ITAgentHandlerEvent* event, Time time) {
    AGENTHANDLER_EVENT number{};
    ComPtr<ITAgentHandler> handler;
    if (failed(event->get_Event(&number), "ITAgentHandlerEvent::get_Event") ||
        failed(event->get_AgentHandler(handler.GetAddressOf()), "ITAgentHandlerEvent::get_AgentHandler") || !handler)
        return;
    if (fromTapi(number) == InventoryEvent::added) {
        TelephonyInventory news;
        if (const auto added = addHandler(handler.Get(), news); !added)
            spdlog::warn("a new agent handler could not be read: {}", added.error().detail);
        report({AddressesRead{addresses()}, time});
        for (auto& value : news.handlers) report({HandlerChanged{value, InventoryEvent::added}, time});
        for (auto& value : news.groups) report({GroupChanged{value, InventoryEvent::added}, time});
        for (auto& value : news.queues) report({QueueChanged{value, InventoryEvent::added}, time});
        for (auto& value : news.calls) report({CallChanged{value, CallEvent::state}, time});
    } else {
        const auto identity = com::identityOf(handler.Get());
        Handler gone;
        {
            const std::lock_guard lock(mutex_);
            const auto found = std::ranges::find(handlers_, identity, &Handler::identity);
            if (found == handlers_.end()) return;
            gone = std::move(*found);
            handlers_.erase(found);
        }
        dropHandler(gone.name, time);
        report({HandlerChanged{{stableId({"handler", gone.name}), gone.name}, InventoryEvent::removed}, time});
    }
    report({SourceConnected{Source::telephony, capabilities()}, time});
}

// A handler that went away answers for nothing any more: its agents are signed out, their sessions are over, its lines
// are nobody's.
void Connection::dropHandler(const std::string& name, Time time) {
    decltype(addresses_) lines;
    decltype(agents_) agents;
    decltype(sessions_) sessions;
    decltype(calls_) calls;
    {
        const std::lock_guard lock(mutex_);
        lines = takenOut(addresses_, [&](const AddressEntry& line) { return line.value.handler == name; });
        std::set<std::string> names;  // of lines that no other handler has
        for (const auto& [id, line] : lines) names.insert(line.value.name);
        for (const auto& [id, line] : addresses_) names.erase(line.value.name);
        agents = takenOut(agents_, [&](const AgentEntry& agent) { return agent.handler == name; });
        sessions = takenOut(sessions_, [&](const SessionEntry& session) {
            return agents.contains(session.value.agent) || names.contains(session.value.address);
        });
        calls = takenOut(calls_, [&](const CallEntry& call) { return names.contains(call.value.address); });
        for (const auto& [id, session] : sessions) {
            forgetObjectsOf(id);
            ended_.insert(id);
        }
    }
    for (const auto& [id, line] : lines)
        for (const long registration : line.registrations)
            tapi_->UnregisterNotifications(static_cast<__LONG32>(registration));
    for (auto& [identity, call] : calls) {  // nothing more will be heard of them
        call.value.state = CallState::disconnected;
        call.value.cause = CallCause::unknown;
        call.value.since = time;
        report({CallChanged{call.value, CallEvent::state}, time});
    }
    for (const auto& [id, session] : sessions) report({SessionChanged{id, SessionEvent::end}, time});
    for (const auto& [id, agent] : agents) {
        gone_(id);
        report({AgentChanged{id, AgentEvent::signed_out}, time});
    }
    dropGroups([&](const Group& group) { return group.value.handler == name; }, time);
    report({AddressesRead{addresses()}, time});
}

void Connection::dropGroups(const std::function<bool(const Group&)>& which, Time time) {
    decltype(groups_) groups;
    decltype(queues_) queues;
    {
        const std::lock_guard lock(mutex_);
        groups = takenOut(groups_, which);
        queues = takenOut(queues_, [&](const QueueEntry& queue) { return groups.contains(queue.group); });
        for (const auto& [id, group] : groups) {
            removedGroups_.insert(id);
            removedGroups_.insert(group.value.name);
        }
    }
    for (const auto& [id, queue] : queues) report({QueueChanged{queue.value, InventoryEvent::removed}, time});
    for (const auto& [id, group] : groups) report({GroupChanged{group.value, InventoryEvent::removed}, time});
}

void Connection::groupHappened(ITACDGroupEvent* event, Time time) {
    ACDGROUP_EVENT number{};
    ComPtr<ITACDGroup> group;
    if (failed(event->get_Event(&number), "ITACDGroupEvent::get_Event") ||
        failed(event->get_Group(group.GetAddressOf()), "ITACDGroupEvent::get_Group") || !group)
        return;
    if (fromTapi(number) == InventoryEvent::removed) {
        // It answers nothing but TAPI_E_CALLCENTER_GROUP_REMOVED: it is known by its pointer. A command that names it
        // later gets that answer.
        const auto identity = com::identityOf(group.Get());
        return dropGroups([&](const Group& known) { return known.identity == identity; }, time);
    }
    std::string handler;
    {
        const std::lock_guard lock(mutex_);
        if (!handlers_.empty()) handler = handlers_.front().name;
    }
    TelephonyInventory news;
    if (const auto added = addGroup(group.Get(), handler, news); !added)
        return spdlog::warn("a new ACD group could not be read: {}", added.error().detail);
    for (auto& value : news.groups) report({GroupChanged{value, InventoryEvent::added}, time});
    for (auto& value : news.queues) report({QueueChanged{value, InventoryEvent::added}, time});
}

void Connection::queueHappened(ITQueueEvent* event, Time time) {
    ACDQUEUE_EVENT number{};
    ComPtr<ITQueue> queue;
    if (failed(event->get_Event(&number), "ITQueueEvent::get_Event") ||
        failed(event->get_Queue(queue.GetAddressOf()), "ITQueueEvent::get_Queue") || !queue)
        return;
    const auto identity = com::identityOf(queue.Get());
    const auto isIt = [&](const QueueEntry& known) { return known.identity == identity; };
    if (fromTapi(number) == InventoryEvent::removed) {
        decltype(queues_) gone;
        {
            const std::lock_guard lock(mutex_);
            gone = takenOut(queues_, isIt);
        }
        for (const auto& [id, entry] : gone) report({QueueChanged{entry.value, InventoryEvent::removed}, time});
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, entry] : queues_)
            if (isIt(entry)) return;  // told with its group
    }
    // A queue does not say whose it is: ask the groups.
    std::vector<Group> groups;
    {
        const std::lock_guard lock(mutex_);
        for (auto& [id, entry] : groups_) groups.push_back(entry);
    }
    for (auto& group : groups) {
        const auto queues = queuesOf(group.object.Get());
        if (!queues) continue;
        for (const auto& each : *queues) {
            if (com::identityOf(each.Get()).Get() != identity.Get()) continue;
            const auto name = readName(each.Get());
            if (!name) return;
            const Queue value{
                stableId({"queue", group.value.handler, group.value.name, *name}), *name, group.value.name, {}};
            QueueEntry one{each, identity, group.value.id, value};  // what it replaces is released outside the lock
            {
                const std::lock_guard lock(mutex_);
                std::swap(queues_[value.id], one);
            }
            return report({QueueChanged{value, InventoryEvent::added}, time});
        }
    }
}

void Connection::callHappened(ITCallInfo* object, CallEvent event, std::optional<CallState> state,
                              std::optional<CallCause> cause, Time time) {
    const auto identity = com::identityOf(object);
    Call call;
    {
        const std::lock_guard lock(mutex_);
        const auto known = calls_.find(identity.Get());
        if (known != calls_.end()) call = known->second.value;
    }
    const bool fresh = call.id.empty();
    if (fresh) {
        call.id = "call-" + randomId(6);
        call.direction = readDirection(object);
        ComPtr<ITAddress> address;
        if (SUCCEEDED(object->get_Address(address.GetAddressOf())) && address)
            if (const auto name = readName(address.Get())) call.address = *name;
        CALL_STATE now{};
        if (SUCCEEDED(object->get_CallState(&now))) call.state = fromTapi(now);
        call.since = time;
    }
    if (state) {
        if (call.state != *state) call.since = time;
        call.state = *state;
    }
    if (call.direction == CallDirection::unknown && call.state == CallState::offering)
        call.direction = CallDirection::incoming;
    if (cause) call.cause = cause;
    if (fresh || event == CallEvent::info || event == CallEvent::notification) readParties(object, call);
    const bool over = call.state == CallState::disconnected || call.state == CallState::idle;
    CallEntry released;
    {
        const std::lock_guard lock(mutex_);
        if (!call.session)
            for (auto& [id, session] : sessions_)
                if (session.value.address == call.address)
                    call.session = id;  // one ACD session a line: the open one it is
        if (over) {
            if (const auto known = calls_.find(identity.Get()); known != calls_.end()) {
                released = std::move(known->second);
                calls_.erase(known);
            } else if (!fresh || event != CallEvent::state) {
                return;
            }
        } else {
            calls_[identity.Get()] = {object, call};
        }
    }
    report({CallChanged{call, event}, time});
}

}  // namespace deskline::telephony
