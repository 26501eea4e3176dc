// Removes what is gone, with all that belongs to it. On the event thread.
#include "telephony/tapi3/connection.hpp"

namespace deskline::telephony {

// Nothing more comes from a handler that went away: its agents are signed out, their sessions have ended, its addresses
// are gone.
void Connection::dropHandler(const HandlerName& name, Time time) {
    eventThread_.check();
    auto gone = inventory_.takeOf(name);
    for (const auto& [id, line] : gone.addresses) unregister(line.registrations);
    for (auto& [identity, call] : gone.calls) {  // no further event comes for them
        call.value.state = CallState::disconnected;
        call.value.cause = CallCause::unknown;
        call.value.since = time;
        report({CallChanged{call.value, CallEvent::state}, time});
    }
    for (const auto& [id, session] : gone.sessions) report({SessionChanged{id, SessionEvent::end}, time});
    for (const auto& [id, agent] : gone.agents) {
        gone_(id);
        report({AgentChanged{id, AgentEvent::signed_out}, time});
    }
    dropGroups([&](const GroupEntry& group) { return group.value.handler == name; }, time);
    report({AddressesRead{inventory_.addresses()}, time});
}

void Connection::dropGroups(const std::function<bool(const GroupEntry&)>& which, Time time) {
    eventThread_.check();
    const auto gone = inventory_.takeGroups(which);
    for (const auto& [id, queue] : gone.queues) report({InventoryChanged{queue.value, InventoryEvent::removed}, time});
    for (const auto& [id, group] : gone.groups) report({InventoryChanged{group.value, InventoryEvent::removed}, time});
}

}  // namespace deskline::telephony
