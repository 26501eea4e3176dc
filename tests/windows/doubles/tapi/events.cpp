#include "doubles/tapi/events.hpp"

#include <fmt/format.h>

#include "doubles/rules/object.hpp"
#include "doubles/tapi/address.hpp"
#include "doubles/tapi/agent.hpp"
#include "doubles/tapi/call.hpp"
#include "doubles/tapi/group.hpp"
#include "doubles/tapi/handler.hpp"
#include "doubles/tapi/queue.hpp"
#include "doubles/tapi/results.hpp"
#include "doubles/tapi/session.hpp"
#include "doubles/tapi/world.hpp"

namespace deskline::doubles::tapi {
namespace {

using com::ComPtr;

// The thing and the number of what happened: each event has a getter for both, of its own names.
template <class Interface, class Thing, class Number>
class EventObject : public TapiObject<Automation<Interface>> {
public:
    EventObject(ComPtr<Thing> thing, Number number) : thing_(std::move(thing)), number_(number) {}

protected:
    HRESULT number(Number* out) const {
        *out = number_;
        return S_OK;
    }
    ComPtr<Thing> thing_;

private:
    Number number_;
};

struct SessionEventObject final : EventObject<ITAgentSessionEvent, ITAgentSession, AGENT_SESSION_EVENT> {
    using EventObject::EventObject;
    HRESULT WINAPI get_Session(ITAgentSession** out) override { return thing_.CopyTo(out); }
    HRESULT WINAPI get_Event(AGENT_SESSION_EVENT* out) override { return number(out); }
};

struct AgentEventObject final : EventObject<ITAgentEvent, ITAgent, AGENT_EVENT> {
    using EventObject::EventObject;
    HRESULT WINAPI get_Agent(ITAgent** out) override { return thing_.CopyTo(out); }
    HRESULT WINAPI get_Event(AGENT_EVENT* out) override { return number(out); }
};

struct GroupEventObject final : EventObject<ITACDGroupEvent, ITACDGroup, ACDGROUP_EVENT> {
    using EventObject::EventObject;
    HRESULT WINAPI get_Group(ITACDGroup** out) override { return thing_.CopyTo(out); }
    HRESULT WINAPI get_Event(ACDGROUP_EVENT* out) override { return number(out); }
};

struct QueueEventObject final : EventObject<ITQueueEvent, ITQueue, ACDQUEUE_EVENT> {
    using EventObject::EventObject;
    HRESULT WINAPI get_Queue(ITQueue** out) override { return thing_.CopyTo(out); }
    HRESULT WINAPI get_Event(ACDQUEUE_EVENT* out) override { return number(out); }
};

struct HandlerEventObject final : EventObject<ITAgentHandlerEvent, ITAgentHandler, AGENTHANDLER_EVENT> {
    using EventObject::EventObject;
    HRESULT WINAPI get_AgentHandler(ITAgentHandler** out) override { return thing_.CopyTo(out); }
    HRESULT WINAPI get_Event(AGENTHANDLER_EVENT* out) override { return number(out); }
};

struct CallNotificationObject final : EventObject<ITCallNotificationEvent, ITCallInfo, CALL_NOTIFICATION_EVENT> {
    using EventObject::EventObject;
    HRESULT WINAPI get_Call(ITCallInfo** out) override { return thing_.CopyTo(out); }
    HRESULT WINAPI get_Event(CALL_NOTIFICATION_EVENT* out) override { return number(out); }
    HRESULT WINAPI get_CallbackInstance(__LONG32* out) override { return give(std::int64_t{0}, out); }
};

struct CallStateObject final : EventObject<ITCallStateEvent, ITCallInfo, CALL_STATE> {
    CallStateObject(ComPtr<ITCallInfo> call, CALL_STATE state, CALL_STATE_EVENT_CAUSE why)
        : EventObject(std::move(call), state), cause(why) {}
    CALL_STATE_EVENT_CAUSE cause;
    HRESULT WINAPI get_Call(ITCallInfo** out) override { return thing_.CopyTo(out); }
    HRESULT WINAPI get_State(CALL_STATE* out) override { return number(out); }
    HRESULT WINAPI get_Cause(CALL_STATE_EVENT_CAUSE* out) override {
        *out = cause;
        return S_OK;
    }
    HRESULT WINAPI get_CallbackInstance(__LONG32* out) override { return give(std::int64_t{0}, out); }
};

struct CallInfoChangeObject final : EventObject<ITCallInfoChangeEvent, ITCallInfo, CALLINFOCHANGE_CAUSE> {
    using EventObject::EventObject;
    HRESULT WINAPI get_Call(ITCallInfo** out) override { return thing_.CopyTo(out); }
    HRESULT WINAPI get_Cause(CALLINFOCHANGE_CAUSE* out) override { return number(out); }
    HRESULT WINAPI get_CallbackInstance(__LONG32* out) override { return give(std::int64_t{0}, out); }
};

struct AddressEventObject final : EventObject<ITAddressEvent, ITAddress, ADDRESS_EVENT> {
    using EventObject::EventObject;
    HRESULT WINAPI get_Address(ITAddress** out) override { return thing_.CopyTo(out); }
    HRESULT WINAPI get_Event(ADDRESS_EVENT* out) override { return number(out); }
    HRESULT WINAPI get_Terminal(ITTerminal**) override { return E_NOTIMPL; }
};

struct TapiEventObject final : EventObject<ITTAPIObjectEvent, ITAddress, TAPIOBJECT_EVENT> {
    using EventObject::EventObject;
    HRESULT WINAPI get_TAPIObject(ITTAPI**) override { return E_NOTIMPL; }
    HRESULT WINAPI get_Event(TAPIOBJECT_EVENT* out) override { return number(out); }
    HRESULT WINAPI get_Address(ITAddress** out) override { return thing_.CopyTo(out); }
    HRESULT WINAPI get_CallbackInstance(__LONG32* out) override { return give(std::int64_t{0}, out); }
};

template <class T, class... Args>
Event event(TAPI_EVENT kind, Args&&... args) {
    Event made{kind, {}};
    made.object.Attach(new T(std::forward<Args>(args)...));
    return made;
}

}  // namespace

Event eventOf(const simulation::SessionHappened& happened) {
    const auto number = numberOf(sessionEvents, happened.event);
    log(fmt::format("TE_AGENTSESSION {} session={}", static_cast<int>(number), happened.session.id));
    return event<SessionEventObject>(agentSessionEvent, sessionOfEvent(happened.session.id), number);
}

Event eventOf(const simulation::AgentHappened& happened) {
    return event<AgentEventObject>(agentEvent, agents().get(happened.agent.id), numberOf(agentEvents, happened.event));
}

Event eventOf(const simulation::GroupHappened& happened) {
    return event<GroupEventObject>(groupEvent, groups().get(happened.group), numberOf(groupEvents, happened.event));
}

Event eventOf(const simulation::QueueHappened& happened) {
    return event<QueueEventObject>(queueEvent, queues().get(happened.queue), numberOf(queueEvents, happened.event));
}

Event eventOf(const simulation::HandlerHappened& happened) {
    return event<HandlerEventObject>(agentHandlerEvent, handlers().get(std::string(simulation::handlerName)),
                                     numberOf(handlerEvents, happened.event));
}

std::optional<Event> eventOf(const simulation::LineHappened& happened) {
    com::ComPtr<ITAddress> line = addresses().get(happened.line.name);
    if (world().secondObjects) line.Attach(new AddressObject(happened.line.name));
    if (!happened.event) return event<TapiEventObject>(tapiObjectEvent, line, addressClosed);
    switch (*happened.event) {
        case AddressEvent::added: return event<TapiEventObject>(tapiObjectEvent, line, addressCreated);
        case AddressEvent::removed: return event<TapiEventObject>(tapiObjectEvent, line, addressRemoved);
        case AddressEvent::state: return event<AddressEventObject>(addressEvent, line, addressStateChanged);
        case AddressEvent::handler: break;  // TAPI tells that of the handler alone
    }
    return std::nullopt;
}

Event eventOf(const simulation::CallHappened& happened) {
    const auto call = calls().get(happened.call.id);
    switch (happened.event) {
        case CallEvent::notification:
            return event<CallNotificationObject>(callNotificationEvent, call, monitorNotification);
        case CallEvent::info: return event<CallInfoChangeObject>(callInfoChangeEvent, call, callerIdChanged);
        case CallEvent::state: break;
    }
    return event<CallStateObject>(callStateEvent, call, numberOf(callStates, happened.call.state),
                                  numberOf(callCauses, happened.call.cause.value_or(CallCause::none)));
}

}  // namespace deskline::doubles::tapi
