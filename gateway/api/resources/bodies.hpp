// What a request may have as its body: one struct for each shape, as openapi.yaml describes it. What they mean is their
// resources' matter. Thread: values, any.
#pragma once
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

}  // namespace deskline::api
