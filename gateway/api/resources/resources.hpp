// What a request may have as its body, a struct for each shape as openapi.yaml describes it; and the handlers, one file
// per resource. Those that only show what the state has a list of are `list` and `single` of api/paging.hpp. Thread:
// bodies are values, any; handlers the shard's.
#pragma once
#include "api/context.hpp"
#include "api/request.hpp"
#include "model/json.hpp"
#include "model/secret.hpp"
#include "model/values.hpp"

namespace deskline::api {

struct SignInBody {
    std::optional<std::string> handler;
    std::optional<Secret> pin;
};
BOOST_DESCRIBE_STRUCT(SignInBody, (), (handler, pin))

struct AgentStateBody {
    AgentState state;
};
BOOST_DESCRIBE_STRUCT(AgentStateBody, (), (state))

struct CreateSessionBody {
    std::string acdGroup, address;
    std::optional<Secret> pin;
};
BOOST_DESCRIBE_STRUCT(CreateSessionBody, (), (acdGroup, address, pin))

enum class When { now, after_call };
BOOST_DESCRIBE_ENUM(When, now, after_call)

struct SessionStateBody {
    SessionState state;
    std::optional<std::string> reason;
    std::optional<When> when;
};
BOOST_DESCRIBE_STRUCT(SessionStateBody, (), (state, reason, when))

struct AudioDeviceBody {
    std::optional<double> volume;
    std::optional<bool> muted;
    std::optional<std::vector<double>> channelVolumes;
};
BOOST_DESCRIBE_STRUCT(AudioDeviceBody, (), (volume, muted, channelVolumes))

struct AudioSessionBody {
    std::optional<double> volume;
    std::optional<bool> muted;
    std::optional<std::vector<double>> channelVolumes;
    std::optional<std::string> displayName;
};
BOOST_DESCRIBE_STRUCT(AudioSessionBody, (), (volume, muted, channelVolumes, displayName))

struct TicketBody {
    std::optional<std::string> origin;  // of the page that the ticket is for, where another program asks for it
};
BOOST_DESCRIBE_STRUCT(TicketBody, (), (origin))

struct CreateWebhookBody {
    std::string url;
    std::optional<std::vector<std::string>> types, agents;
    std::optional<std::string> subject, secret;
};
BOOST_DESCRIBE_STRUCT(CreateWebhookBody, (), (url, types, agents, subject, secret))

enum class WantedState { active, suspended };
BOOST_DESCRIBE_ENUM(WantedState, active, suspended)

struct ChangeWebhookBody {
    std::optional<std::string> url;
    std::optional<std::vector<std::string>> types, agents;
    std::optional<std::string> subject, secret;
    std::optional<bool> rotateSecret;
    std::optional<WantedState> state;
};
BOOST_DESCRIBE_STRUCT(ChangeWebhookBody, (), (url, types, agents, subject, secret, rotateSecret, state))

struct ReplayWebhookBody {
    std::string from;
};
BOOST_DESCRIBE_STRUCT(ReplayWebhookBody, (), (from))

enum class LogLevel { debug, info, warn, error };
BOOST_DESCRIBE_ENUM(LogLevel, debug, info, warn, error)

struct LogLevelBody {
    LogLevel level = LogLevel::info;
};
BOOST_DESCRIBE_STRUCT(LogLevelBody, (), (level))

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
