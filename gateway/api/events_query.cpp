#include "api/events_query.hpp"

#include <algorithm>
#include <charconv>

#include "api/headers.hpp"
#include "api/paging.hpp"
#include "model/number.hpp"
#include "model/text.hpp"

namespace deskline::api {
namespace {

constexpr int longestWait = 120;  // seconds

Fault wrong(const char* parameter, std::string detail) {
    return {"invalid-argument",
            std::string(parameter) + " " + detail + ".",
            {},
            {},
            false,
            {{parameter, std::move(detail)}}};
}

std::vector<std::string> listIn(const Request& request, const char* parameter) {
    const auto given = parameterOf(request, parameter);
    const auto all = elements(given);
    return {all.begin(), all.end()};
}

}  // namespace

Fault refusal(const Fault& fault, const char* cursor) {
    const std::string named = cursor;
    if (fault.slug == "invalid-argument") return wrong(cursor, "is no cursor of this gateway");
    if (fault.slug == "journal-truncated")
        return {fault.slug, "The journal does not reach back to " + named + " any more (" + fault.detail + ")."};
    return fault;
}

std::vector<std::string> everything() {
    std::vector<std::string> topics(allTopics.begin(), allTopics.end());
    std::erase(topics, topicOf(Kind::audio_meter));
    return topics;
}

std::string unknownTopic(const std::vector<std::string>& topics) {
    for (const auto& topic : topics)
        if (std::ranges::none_of(allTopics, [&](auto known) { return events::covers(topic, known); })) return topic;
    return {};
}

Result<events::Subscription> subscriptionFor(const Context& context, const identity::Identity& identity,
                                             std::vector<std::string> topics,
                                             const std::optional<std::vector<std::string>>& agents) {
    if (const auto unknown = unknownTopic(topics); !unknown.empty())
        return wrong("topics", "names '" + printable(unknown) + "', and there is no such topic");
    events::Subscription subscription;
    subscription.topics = {topics.begin(), topics.end()};
    subscription.visibility = context.policy.visibility(identity);
    if (!agents) return subscription;
    if (agents->size() > mostAgents ||
        !std::ranges::all_of(*agents, [](const auto& agent) { return isPrintable(agent); }))
        return wrong("agents", "must be at most 500 ids of at most 255 bytes");
    subscription.only.emplace(agents->begin(), agents->end());
    const bool ownAlone =
        context.policy.level(identity, identity::Resource::agents, identity::Action::see) <= AccessLevel::own;
    for (const auto& agent : *subscription.only)
        if (ownAlone && !identity.agents.contains(agent))
            return Fault{"forbidden", "Agent " + printable(agent) + " is not visible to you."};
    return subscription;
}

Result<EventsQuery> parseEventsQuery(const Context& context, const Request& request) {
    EventsQuery query;
    auto topics = listIn(request, "types");
    for (auto& topic : topics)
        if (topic.starts_with(typePrefix)) topic.erase(0, typePrefix.size());
    if (const auto unknown = unknownTopic(topics); !unknown.empty())
        return wrong("?types", "names '" + printable(unknown) + "', and there is no such type");
    if (topics.empty()) topics = everything();
    const auto agents = listIn(request, "agents");
    auto subscription = subscriptionFor(context, request.identity, std::move(topics),
                                        agents.empty() ? std::nullopt : std::optional(agents));
    if (!subscription) return subscription.error();
    query.subscription = std::move(*subscription);
    const auto text = [&](const char* parameter) { return parameterOf(request, parameter); };
    query.subscription.subject = text("subject");
    if (!isPrintable(query.subscription.subject))
        return wrong("?subject", "must have at most 255 bytes and no control characters");
    query.after = text("after");
    if (const auto since = text("since"); !since.empty()) {
        query.since = fromRfc3339(since);
        if (!query.since) return wrong("?since", "must be a time such as 2026-05-01T08:00:00.000Z");
        if (!query.after.empty()) return wrong("?since", "is of no use beside after");
        if (accepted(request.header("accept"), "text/event-stream") >
            accepted(request.header("accept"), "application/json"))
            return wrong("?since", "is for pages; an event stream begins with a snapshot or Last-Event-ID");
    }
    const auto limit = limitOf(request);
    if (!limit) return limit.error();
    query.limit = *limit;
    if (const auto wait = text("wait"); !wait.empty()) {
        const auto seconds = numberIn<int>(wait, 0, longestWait);
        if (!seconds) return wrong("?wait", "must be a whole number of seconds from 0 to 120");
        query.wait = std::chrono::seconds(*seconds);
    }
    if (const auto rate = text("audioRate"); !rate.empty()) {
        double perSecond = 0;
        const auto [end, error] = std::from_chars(rate.data(), rate.data() + rate.size(), perSecond);
        if (error != std::errc() || end != rate.data() + rate.size() || !(perSecond >= 1 && perSecond <= 60))
            return wrong("?audioRate", "must be from 1 to 60");
        query.audioRate = perSecond;
    }
    return query;
}

}  // namespace deskline::api
