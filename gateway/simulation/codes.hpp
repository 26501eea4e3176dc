// The HRESULTs with which the simulated switch and mixer refuse, the same as those of TAPI 3 and Core Audio. Thread:
// any.
#pragma once
#include "model/hresult.hpp"
#include "simulation/faults.hpp"

namespace deskline::simulation {

inline constexpr Code invalidArgument = hresult("E_INVALIDARG");
inline constexpr Code notFound = hresult("E_NOTFOUND");
inline constexpr Code invalidSessionState = hresult("LINEERR_INVALAGENTSESSIONSTATE");
inline constexpr Code invalidAgentState = hresult("LINEERR_INVALAGENTSTATE");
inline constexpr Code invalidPassword = hresult("LINEERR_INVALPASSWORD");
inline constexpr Code invalidAgentId = hresult("LINEERR_INVALAGENTID");
inline constexpr Code invalidGroup = hresult("LINEERR_INVALAGENTGROUP");
inline constexpr Code groupIsRemoved = hresult("TAPI_E_CALLCENTER_GROUP_REMOVED");
inline constexpr Code queueIsRemoved = hresult("TAPI_E_CALLCENTER_QUEUE_REMOVED");
inline constexpr Code agentHasNoId = hresult("TAPI_E_CALLCENTER_NO_AGENT_ID");
inline constexpr Code deviceInvalidated = hresult("AUDCLNT_E_DEVICE_INVALIDATED");

}  // namespace deskline::simulation
