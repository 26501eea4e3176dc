// The handlers, one file per resource; those that only show what the state has a list of are `list` and `single` of
// api/paging.hpp. Thread: the shard's.
#pragma once
#include "api/context.hpp"
#include "api/request.hpp"

namespace deskline::api {

void signInAgent(Context&, Request, Respond);
void signOutAgent(Context&, Request, Respond);
void putAgentState(Context&, Request, Respond);
void createSession(Context&, Request, Respond);
void listSessionsOfAgent(Context&, Request, Respond);
void listSessions(Context&, Request, Respond);
void putSessionState(Context&, Request, Respond);
void endSession(Context&, Request, Respond);
void listQueuesOfGroup(Context&, Request, Respond);
void patchAudioDevice(Context&, Request, Respond);
void patchAudioSession(Context&, Request, Respond);
void getMe(Context&, Request, Respond);
void createTicket(Context&, Request, Respond);
void getOperation(Context&, Request, Respond);
void withdrawPendingState(Context&, Request, Respond);
void listReasons(Context&, Request, Respond);
void listConnections(Context&, Request, Respond);
void listKeys(Context&, Request, Respond);
void listAudit(Context&, Request, Respond);
void getLogLevel(Context&, Request, Respond);
void putLogLevel(Context&, Request, Respond);
void listWebhooks(Context&, Request, Respond);
void createWebhook(Context&, Request, Respond);
void getWebhook(Context&, Request, Respond);
void changeWebhook(Context&, Request, Respond);
void deleteWebhook(Context&, Request, Respond);
void listDeliveries(Context&, Request, Respond);
void replayWebhook(Context&, Request, Respond);
void listEvents(Context&, Request, Respond);

}  // namespace deskline::api
