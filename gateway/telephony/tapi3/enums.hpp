// TAPI's numbers and ours, both ways. Session states and session events are numbered differently: they are mapped by
// name, never cast. A number that no header names is `unknown` and logged once. Thread: any.
#pragma once
#include "model/values.hpp"
#include "telephony/tapi3/interfaces.hpp"

namespace deskline::telephony {

AgentState fromTapi(AGENT_STATE state);
AgentEvent fromTapi(AGENT_EVENT event);
SessionState fromTapi(AGENT_SESSION_STATE state);
SessionEvent fromTapi(AGENT_SESSION_EVENT event);
InventoryEvent fromTapi(AGENTHANDLER_EVENT event);
InventoryEvent fromTapi(ACDGROUP_EVENT event);
InventoryEvent fromTapi(ACDQUEUE_EVENT event);
CallState fromTapi(CALL_STATE state);
CallCause fromTapi(CALL_STATE_EVENT_CAUSE cause);
AddressState fromTapi(ADDRESS_STATE state);
// LINECALLORIGIN_ constants (tapi.h). Those that do not say which way a call goes, as CONFERENCE, and UNKNOWN, which
// "may become known later", are `unknown`.
CallDirection directionFrom(long origin);

AGENT_STATE toTapi(AgentState state);
AGENT_SESSION_STATE toTapi(SessionState state);  // of `unknown`: a number that is no state

double perHour(const CURRENCY& rate);  // calls per hour: CURRENCY is an integer scaled by 10,000

}  // namespace deskline::telephony
