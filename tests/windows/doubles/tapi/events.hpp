// Fakes of the objects that TAPI's events bring: ITAgentEvent, ITAgentSessionEvent, ITACDGroupEvent, ITQueueEvent,
// ITAgentHandlerEvent, ITAddressEvent, ITTAPIObjectEvent, ITCallNotificationEvent, ITCallStateEvent,
// ITCallInfoChangeEvent. They are made on the event
// thread, one for each delivery; the client may keep one and read it on any thread.
#pragma once
#include <optional>

#include "com/com.hpp"
#include "doubles/tapi/numbers.hpp"
#include "simulation/switch.hpp"

namespace deskline::doubles::tapi {

struct Event {
    TAPI_EVENT kind;
    com::ComPtr<IDispatch> object;
};
Event eventOf(const simulation::SessionHappened& happened);
Event eventOf(const simulation::AgentHappened& happened);
Event eventOf(const simulation::GroupHappened& happened);
Event eventOf(const simulation::QueueHappened& happened);
Event eventOf(const simulation::HandlerHappened& happened);
std::optional<Event> eventOf(const simulation::LineHappened& happened);  // absent: TAPI has none for it
Event eventOf(const simulation::CallHappened& happened);

}  // namespace deskline::doubles::tapi
