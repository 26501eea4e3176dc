// What the connection makes of TAPI's events, on the event thread. The published state comes from get_Event, never from a later read.
#include <spdlog/spdlog.h>

#include "model/id.hpp"
#include "telephony/tapi3/connection.hpp"

namespace deskline::telephony {

using com::query;

void Connection::run() {
    while (auto event = queue_->pop()) happened(*event);
}

void Connection::happened(TapiHappened& happened) {
    auto* event = happened.event.Get();
    const auto wrong = [&] { spdlog::warn("TAPI sent event {:#x} with an object that is none of its kind", static_cast<unsigned>(happened.kind)); };
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
        std::erase_if(sessionByIdentity_, [&](const auto& entry) { return entry.second == found->first; });  // each object that it had
        gone = std::move(found->second);
        sessions_.erase(found);
    }
    ended_.insert(*id);
}

void Connection::agentHappened(ITAgentEvent* event, Time time) {
    AGENT_EVENT number{};
    ComPtr<ITAgent> agent;
    if (failed(event->get_Event(&number), "ITAgentEvent::get_Event") || failed(event->get_Agent(agent.GetAddressOf()), "ITAgentEvent::get_Agent") || !agent)
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
    if (fromTapi(number) == PresenceEvent::added) {
        TelephonyPicture news;
        if (const auto added = addHandler(handler.Get(), news); !added) spdlog::warn("a new agent handler could not be read: {}", added.error().detail);
        for (auto& value : news.handlers) report({HandlerChanged{value, PresenceEvent::added}, time});
        for (auto& value : news.groups) report({GroupChanged{value, PresenceEvent::added}, time});
        for (auto& value : news.queues) report({QueueChanged{value, PresenceEvent::added}, time});
    } else {
        const auto identity = com::identityOf(handler.Get());
        Handler gone;
        {
            const std::lock_guard lock(mutex_);
            const auto found = std::ranges::find_if(handlers_, [&](auto& h) { return com::identityOf(h.object.Get()).Get() == identity.Get(); });
            if (found == handlers_.end()) return;
            gone = std::move(*found);
            handlers_.erase(found);
        }
        report({HandlerChanged{{stableId({"handler", gone.name}), gone.name}, PresenceEvent::removed}, time});
    }
    report({SourceConnected{Source::telephony, capabilities()}, time});
}

void Connection::groupHappened(ITACDGroupEvent* event, Time time) {
    ACDGROUP_EVENT number{};
    ComPtr<ITACDGroup> group;
    if (failed(event->get_Event(&number), "ITACDGroupEvent::get_Event") || failed(event->get_Group(group.GetAddressOf()), "ITACDGroupEvent::get_Group") ||
        !group)
        return;
    if (fromTapi(number) == PresenceEvent::removed) {
        // A removed group answers nothing but TAPI_E_CALLCENTER_GROUP_REMOVED: it is known by its pointer. It is kept, so that a command
        // that names it gets that answer.
        const auto identity = com::identityOf(group.Get());
        std::optional<AcdGroup> value;
        {
            const std::lock_guard lock(mutex_);
            for (auto& [id, entry] : groups_)
                if (com::identityOf(entry.object.Get()).Get() == identity.Get()) value = entry.value;
        }
        if (value) report({GroupChanged{*value, PresenceEvent::removed}, time});
        return;
    }
    std::string handler;
    {
        const std::lock_guard lock(mutex_);
        if (!handlers_.empty()) handler = handlers_.front().name;
    }
    TelephonyPicture news;
    if (const auto added = addGroup(group.Get(), handler, news); !added) return spdlog::warn("a new ACD group could not be read: {}", added.error().detail);
    for (auto& value : news.groups) report({GroupChanged{value, PresenceEvent::added}, time});
    for (auto& value : news.queues) report({QueueChanged{value, PresenceEvent::added}, time});
}

void Connection::queueHappened(ITQueueEvent* event, Time time) {
    ACDQUEUE_EVENT number{};
    ComPtr<ITQueue> queue;
    if (failed(event->get_Event(&number), "ITQueueEvent::get_Event") || failed(event->get_Queue(queue.GetAddressOf()), "ITQueueEvent::get_Queue") || !queue)
        return;
    const auto identity = com::identityOf(queue.Get());
    std::optional<Queue> known;
    {
        const std::lock_guard lock(mutex_);
        for (auto& [id, entry] : queues_)
            if (com::identityOf(entry.object.Get()).Get() == identity.Get()) known = entry.value;
    }
    if (fromTapi(number) == PresenceEvent::removed) {
        if (known) report({QueueChanged{*known, PresenceEvent::removed}, time});
        return;
    }
    if (known) return;  // told with its group
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
            const Queue value{stableId({"queue", group.value.handler, group.value.name, *name}), *name, group.value.name, {}};
            {
                const std::lock_guard lock(mutex_);
                queues_[value.id] = {each, value};
            }
            return report({QueueChanged{value, PresenceEvent::added}, time});
        }
    }
}

void Connection::callHappened(ITCallInfo* object, CallEvent event, std::optional<CallState> state, std::optional<CallCause> cause, Time time) {
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
    if (call.direction == CallDirection::unknown && call.state == CallState::offering) call.direction = CallDirection::incoming;
    if (cause) call.cause = cause;
    if (fresh || event == CallEvent::info || event == CallEvent::notification) readParties(object, call);
    const bool over = call.state == CallState::disconnected || call.state == CallState::idle;
    CallEntry released;
    {
        const std::lock_guard lock(mutex_);
        if (!call.session)
            for (auto& [id, session] : sessions_)
                if (session.value.address == call.address) call.session = id;  // one ACD session a line: the open one it is
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
