// Removes what is gone, with all that belongs to it. Thread: the inventory's lane.
#include "telephony/tapi3/connection.hpp"

namespace deskline::telephony {

// Nothing more comes from a handler that went away: its agents are signed out, their sessions have ended. The lines are
// the host's, and stay, with their calls, but those that only this handler listed.
void Connection::dropHandler(const HandlerName& name, Time time) {
    auto gone = inventory_.takeOf(name);
    for (const auto& [id, session] : gone.sessions) report({SessionChanged{id, SessionEvent::end}, time});
    for (const auto& [id, agent] : gone.agents) {
        if (!over_) told_.gone(id, name);
        report({AgentChanged{id, AgentEvent::signed_out}, time});
    }
    dropGroups([&](const GroupEntry& group) { return group.value.handler == name; }, time);
    for (const auto& id : gone.unlisted) dropLine(id, time);
    for (const auto& line : gone.changed) report({ThingChanged{line, AddressEvent::handler}, time});
}

void Connection::endCalls(std::map<IUnknown*, CallEntry>& calls, Time time) {
    for (auto& [identity, call] : calls) {
        call.value.state = CallState::disconnected;
        call.value.cause = CallCause::unknown;
        call.value.since = time;
        report({CallChanged{call.value, CallEvent::state}, time});
    }
}

void Connection::dropGroups(const std::function<bool(const GroupEntry&)>& which, Time time) {
    const auto gone = inventory_.takeGroups(which);
    for (const auto& [id, queue] : gone.queues) report({ThingChanged{queue.value, InventoryEvent::removed}, time});
    for (const auto& [id, group] : gone.groups) report({ThingChanged{group.value, InventoryEvent::removed}, time});
}

}  // namespace deskline::telephony
