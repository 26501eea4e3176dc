// TAPI 3's numbers as tapi3cc.h, tapi3if.h, tapi3err.h and tapi.h have them: the double's own, each asserted against
// mingw-w64's header. The gateway's are telephony/tapi3/enums.cpp; tapi_numbers_test compares the two. Thread: any.
#pragma once
#include "doubles/number_table.hpp"
#include "model/values.hpp"
#include "simulation/faults.hpp"
#include "telephony/tapi3/interfaces.hpp"

// After TAPI's interfaces.
#include <tapi.h>
#include <tapi3err.h>

namespace deskline::doubles::tapi {

inline constexpr NumberTable<AGENT_STATE, AgentState, 6> agentStates{{
    {0, ::AS_NOT_READY, AgentState::not_ready},
    {1, ::AS_READY, AgentState::ready},
    {2, ::AS_BUSY_ACD, AgentState::busy_acd},
    {3, ::AS_BUSY_INCOMING, AgentState::busy_incoming},
    {4, ::AS_BUSY_OUTGOING, AgentState::busy_outgoing},
    {5, ::AS_UNKNOWN, AgentState::unknown},
}};
inline constexpr NumberTable<AGENT_EVENT, AgentEvent, 6> agentEvents{{
    {0, ::AE_NOT_READY, AgentEvent::not_ready},
    {1, ::AE_READY, AgentEvent::ready},
    {2, ::AE_BUSY_ACD, AgentEvent::busy_acd},
    {3, ::AE_BUSY_INCOMING, AgentEvent::busy_incoming},
    {4, ::AE_BUSY_OUTGOING, AgentEvent::busy_outgoing},
    {5, ::AE_UNKNOWN, AgentEvent::unknown},
}};
inline constexpr NumberTable<AGENT_SESSION_STATE, SessionState, 5> sessionStates{{
    {0, ::ASST_NOT_READY, SessionState::not_ready},
    {1, ::ASST_READY, SessionState::ready},
    {2, ::ASST_BUSY_ON_CALL, SessionState::busy_on_call},
    {3, ::ASST_BUSY_WRAPUP, SessionState::busy_wrapup},
    {4, ::ASST_SESSION_ENDED, SessionState::session_ended},
}};
inline constexpr NumberTable<AGENT_SESSION_EVENT, SessionEvent, 6> sessionEvents{{
    {0, ::ASE_NEW_SESSION, SessionEvent::new_session},
    {1, ::ASE_NOT_READY, SessionEvent::not_ready},
    {2, ::ASE_READY, SessionEvent::ready},
    {3, ::ASE_BUSY, SessionEvent::busy},
    {4, ::ASE_WRAPUP, SessionEvent::wrapup},
    {5, ::ASE_END, SessionEvent::end},
}};
inline constexpr NumberTable<AGENTHANDLER_EVENT, InventoryEvent, 2> handlerEvents{{
    {0, ::AHE_NEW_AGENTHANDLER, InventoryEvent::added},
    {1, ::AHE_AGENTHANDLER_REMOVED, InventoryEvent::removed},
}};
inline constexpr NumberTable<ACDGROUP_EVENT, InventoryEvent, 2> groupEvents{{
    {0, ::ACDGE_NEW_GROUP, InventoryEvent::added},
    {1, ::ACDGE_GROUP_REMOVED, InventoryEvent::removed},
}};
inline constexpr NumberTable<ACDQUEUE_EVENT, InventoryEvent, 2> queueEvents{{
    {0, ::ACDQE_NEW_QUEUE, InventoryEvent::added},
    {1, ::ACDQE_QUEUE_REMOVED, InventoryEvent::removed},
}};
inline constexpr NumberTable<CALL_STATE, CallState, 7> callStates{{
    {0, ::CS_IDLE, CallState::idle},
    {1, ::CS_INPROGRESS, CallState::in_progress},
    {2, ::CS_CONNECTED, CallState::connected},
    {3, ::CS_DISCONNECTED, CallState::disconnected},
    {4, ::CS_OFFERING, CallState::offering},
    {5, ::CS_HOLD, CallState::hold},
    {6, ::CS_QUEUED, CallState::queued},
}};
inline constexpr NumberTable<CALL_STATE_EVENT_CAUSE, CallCause, 9> callCauses{{
    {0, ::CEC_NONE, CallCause::none},
    {1, ::CEC_DISCONNECT_NORMAL, CallCause::normal},
    {2, ::CEC_DISCONNECT_BUSY, CallCause::busy},
    {3, ::CEC_DISCONNECT_BADADDRESS, CallCause::bad_address},
    {4, ::CEC_DISCONNECT_NOANSWER, CallCause::no_answer},
    {5, ::CEC_DISCONNECT_CANCELLED, CallCause::cancelled},
    {6, ::CEC_DISCONNECT_REJECTED, CallCause::rejected},
    {7, ::CEC_DISCONNECT_FAILED, CallCause::failed},
    {8, ::CEC_DISCONNECT_BLOCKED, CallCause::blocked},
}};
inline constexpr NumberTable<ADDRESS_STATE, AddressState, 2> addressStates{{
    {0, ::AS_INSERVICE, AddressState::in_service},
    {1, ::AS_OUTOFSERVICE, AddressState::out_of_service},
}};
static_assert(asInHeader(addressStates) && asInHeader(agentStates) && asInHeader(agentEvents) &&
              asInHeader(sessionStates) && asInHeader(sessionEvents) && asInHeader(handlerEvents) &&
              asInHeader(groupEvents) && asInHeader(queueEvents) && asInHeader(callStates) && asInHeader(callCauses));

// TAPI_EVENT: the bits of put_EventFilter.
inline constexpr auto tapiObjectEvent = static_cast<TAPI_EVENT>(0x1);
inline constexpr auto addressEvent = static_cast<TAPI_EVENT>(0x2);
inline constexpr auto callNotificationEvent = static_cast<TAPI_EVENT>(0x4);
inline constexpr auto callStateEvent = static_cast<TAPI_EVENT>(0x8);
inline constexpr auto callInfoChangeEvent = static_cast<TAPI_EVENT>(0x40);
inline constexpr auto agentEvent = static_cast<TAPI_EVENT>(0x200);
inline constexpr auto agentSessionEvent = static_cast<TAPI_EVENT>(0x400);
inline constexpr auto agentHandlerEvent = static_cast<TAPI_EVENT>(0x1000);
inline constexpr auto groupEvent = static_cast<TAPI_EVENT>(0x2000);
inline constexpr auto queueEvent = static_cast<TAPI_EVENT>(0x4000);
static_assert(tapiObjectEvent == ::TE_TAPIOBJECT && addressEvent == ::TE_ADDRESS &&
              callNotificationEvent == ::TE_CALLNOTIFICATION && callStateEvent == ::TE_CALLSTATE &&
              callInfoChangeEvent == ::TE_CALLINFOCHANGE && agentEvent == ::TE_AGENT &&
              agentSessionEvent == ::TE_AGENTSESSION && agentHandlerEvent == ::TE_AGENTHANDLER &&
              groupEvent == ::TE_ACDGROUP && queueEvent == ::TE_QUEUE);

// Of calls and addresses.
inline constexpr auto addressCreated = static_cast<TAPIOBJECT_EVENT>(0);
inline constexpr auto addressRemoved = static_cast<TAPIOBJECT_EVENT>(1);
inline constexpr auto addressClosed = static_cast<TAPIOBJECT_EVENT>(4);
inline constexpr auto addressStateChanged = static_cast<ADDRESS_EVENT>(0);
inline constexpr auto monitorPrivilege = static_cast<CALL_PRIVILEGE>(1);
inline constexpr auto monitorNotification = static_cast<CALL_NOTIFICATION_EVENT>(1);
inline constexpr auto callerIdChanged = static_cast<CALLINFOCHANGE_CAUSE>(14);
inline constexpr auto callerIdName = static_cast<CALLINFO_STRING>(0);
inline constexpr auto callerIdNumber = static_cast<CALLINFO_STRING>(1);
inline constexpr auto calledIdName = static_cast<CALLINFO_STRING>(2);
inline constexpr auto calledIdNumber = static_cast<CALLINFO_STRING>(3);
inline constexpr auto origin = static_cast<CALLINFO_LONG>(7);
inline constexpr auto callNumber = static_cast<CALLINFO_LONG>(15);
inline constexpr long externalOrigin = 0x4;
static_assert(addressCreated == ::TE_ADDRESSCREATE && addressRemoved == ::TE_ADDRESSREMOVE &&
              addressClosed == ::TE_ADDRESSCLOSE && addressStateChanged == ::AE_STATE &&
              monitorPrivilege == ::CP_MONITOR && monitorNotification == ::CNE_MONITOR &&
              callerIdChanged == ::CIC_CALLERID && callerIdName == ::CIS_CALLERIDNAME &&
              callerIdNumber == ::CIS_CALLERIDNUMBER && calledIdName == ::CIS_CALLEDIDNAME &&
              calledIdNumber == ::CIS_CALLEDIDNUMBER && origin == ::CIL_ORIGIN && callNumber == ::CIL_CALLID &&
              externalOrigin == LINECALLORIGIN_EXTERNAL);

// HRESULTs.
inline constexpr simulation::Code callUnavailable = 0x80040007;
inline constexpr simulation::Code groupRemoved = 0x80040045;
inline constexpr simulation::Code queueRemoved = 0x80040046;
static_assert(callUnavailable == static_cast<simulation::Code>(TAPI_E_CALLUNAVAIL) &&
              groupRemoved == static_cast<simulation::Code>(TAPI_E_CALLCENTER_GROUP_REMOVED) &&
              queueRemoved == static_cast<simulation::Code>(TAPI_E_CALLCENTER_QUEUE_REMOVED));

}  // namespace deskline::doubles::tapi
