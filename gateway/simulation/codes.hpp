// The HRESULTs with which the simulated switch and mixer refuse, as TAPI 3 and Core Audio have them.
#pragma once
#include "simulation/faults.hpp"

namespace deskline::simulation {

inline constexpr Code invalidArgument = 0x80070057, notFound = 0x80070490;
inline constexpr Code invalidSessionState = 0x8000005F, invalidAgentState = 0x8000005A, invalidPassword = 0x80000059, invalidAgentId = 0x80000057,
                      invalidGroup = 0x80000058, groupIsRemoved = 0x80040045, queueIsRemoved = 0x80040046, agentHasNoId = 0x80040047;  // TAPI 3
inline constexpr Code deviceInvalidated = 0x88890004;  // AUDCLNT_E_DEVICE_INVALIDATED

}  // namespace deskline::simulation
