// Events for those who ask instead of opening a WebSocket: what a query of GET /events means, for the long poll and for
// SSE alike. Thread: any.
#pragma once
#include "api/context.hpp"
#include "api/request.hpp"
#include "events/subscription.hpp"

namespace deskline::api {

inline constexpr std::size_t mostAgents = 500;  // that one filter names

struct EventsQuery {
    events::Subscription subscription;
    std::string after;  // a cursor; "": not given
    std::size_t limit = 100;
    std::chrono::seconds wait{0};
    std::optional<double> audioRate;
    std::optional<Time> since;  // instead of `after`
};

// `types` takes types ("deskline.agent-session") and topics ("audio") alike, separated by commas; absent: everything
// but meters.
Result<EventsQuery> parseEventsQuery(const Context& context, const Request& request);

// What a caller asked to hear, if it may: the fault names the topic that there is not, or the agent that it may not
// see.
Result<events::Subscription> subscriptionFor(const Context& context, const identity::Identity& identity,
                                             std::vector<std::string> topics,
                                             const std::optional<std::vector<std::string>>& agents);

// The fault of a query of past events, in the words of the request. `cursor`: the field that named the cursor
// ("?after", "/from").
Fault refusal(const Fault& fault, const char* cursor);

std::string unknownTopic(const std::vector<std::string>& topics);  // the first that covers nothing; "": none
std::vector<std::string> everything();  // all topics but meters, which are for those who ask by name

}  // namespace deskline::api
