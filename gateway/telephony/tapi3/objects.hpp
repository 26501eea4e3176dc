// Reads TAPI's objects into plain values. Each getter may be a round trip to the switch that takes up to two minutes:
// not for TAPI's callback thread, nor for a shard's. Thread: any in the multithreaded apartment.
#pragma once
#include "com/com.hpp"
#include "model/fact.hpp"
#include "telephony/tapi3/enums.hpp"

namespace deskline::telephony {

using com::ComPtr;

Result<HandlerName> readName(ITAgentHandler* handler);
Result<GroupName> readName(ITACDGroup* group);
Result<std::string> readName(ITQueue* queue);
Result<AddressName> readName(ITAddress* address);
Result<Address> readAddress(ITAddress* address);                      // without its id and its handler
Result<Agent> readAgent(ITAgent* agent, const HandlerName& handler);  // without its sessions
Result<Time> readStart(ITAgentSession* session);
void readParties(ITCallInfo* call, Call& out);  // a number that is withheld or not known yet stays absent
CallDirection readDirection(ITCallInfo* call);
std::uint32_t readNumber(ITCallInfo* call);  // CIL_CALLID; 0: the provider has none

// statistics.cpp:
Result<AgentStatistics> readStatistics(ITAgent* agent);
Result<SessionStatistics> readStatistics(ITAgentSession* session);
Result<QueueStatistics> readStatistics(ITQueue* queue);

// Enumerators first; the VARIANT collection only where an enumerator fails.
Result<std::vector<ComPtr<ITAgentHandler>>> handlersOf(ITTAPICallCenter* center);
Result<std::vector<ComPtr<ITACDGroup>>> groupsOf(ITAgentHandler* handler);
Result<std::vector<ComPtr<ITAddress>>> addressesOf(ITTAPI* tapi);
Result<std::vector<ComPtr<ITAddress>>> addressesOf(ITAgentHandler* handler);
Result<std::vector<ComPtr<ITQueue>>> queuesOf(ITACDGroup* group);
Result<std::vector<ComPtr<ITAgentSession>>> sessionsOf(ITAgent* agent);
std::vector<ComPtr<ITCallInfo>> callsOf(ITAddress* address);  // empty where EnumerateCalls fails

}  // namespace deskline::telephony
