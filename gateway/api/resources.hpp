// The handlers, one file per resource: agents.cpp, sessions.cpp, switch.cpp, audio.cpp, self.cpp, administration.cpp. Thread: the shard's.
#pragma once
#include "api/exchange.hpp"
#include "api/gateway.hpp"

namespace deskline::api {

void listAgents(Gateway&, Request, Respond);
void getAgent(Gateway&, Request, Respond);
void signInAgent(Gateway&, Request, Respond);
void signOutAgent(Gateway&, Request, Respond);
void putAgentState(Gateway&, Request, Respond);
void createSession(Gateway&, Request, Respond);
void listSessionsOfAgent(Gateway&, Request, Respond);
void listSessions(Gateway&, Request, Respond);
void getSession(Gateway&, Request, Respond);
void putSessionState(Gateway&, Request, Respond);
void endSession(Gateway&, Request, Respond);
void listHandlers(Gateway&, Request, Respond);
void listGroups(Gateway&, Request, Respond);
void listQueuesOfGroup(Gateway&, Request, Respond);
void listQueues(Gateway&, Request, Respond);
void getQueue(Gateway&, Request, Respond);
void listAddresses(Gateway&, Request, Respond);
void listCalls(Gateway&, Request, Respond);
void getCall(Gateway&, Request, Respond);
void listAudioDevices(Gateway&, Request, Respond);
void getAudioDevice(Gateway&, Request, Respond);
void patchAudioDevice(Gateway&, Request, Respond);
void listAudioSessions(Gateway&, Request, Respond);
void getAudioSession(Gateway&, Request, Respond);
void patchAudioSession(Gateway&, Request, Respond);
void getMe(Gateway&, Request, Respond);
void createTicket(Gateway&, Request, Respond);
void getOperation(Gateway&, Request, Respond);
void withdrawPendingState(Gateway&, Request, Respond);
void listReasons(Gateway&, Request, Respond);
void listConnections(Gateway&, Request, Respond);
void listKeys(Gateway&, Request, Respond);
void listAudit(Gateway&, Request, Respond);
void getLogLevel(Gateway&, Request, Respond);
void putLogLevel(Gateway&, Request, Respond);
void listWebhooks(Gateway&, Request, Respond);
void createWebhook(Gateway&, Request, Respond);
void getWebhook(Gateway&, Request, Respond);
void changeWebhook(Gateway&, Request, Respond);
void deleteWebhook(Gateway&, Request, Respond);
void listDeliveries(Gateway&, Request, Respond);
void replayWebhook(Gateway&, Request, Respond);
void listEvents(Gateway&, Request, Respond);

}  // namespace deskline::api
