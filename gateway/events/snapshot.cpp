#include "events/snapshot.hpp"

#include "events/concerns.hpp"

#include "model/values_json.hpp"

namespace deskline::events {
namespace {

// `with`: the topic that asks for these things; addresses have no events and come with the sessions.
template <class T>
void add(boost::json::object& out, const State& state, const Subscription& subscription, std::string_view key, const std::map<std::string, T>& all,
         std::string_view with = topicOf<T>) {
    if (!subscription.hears(with)) return;
    boost::json::array array;
    for (const auto& [id, item] : all)
        if (subscription.sees(topicOf<T>, concernOf(state, item))) array.push_back(toJson(item));
    out[key] = std::move(array);
}

}  // namespace

boost::json::object snapshot(const State& state, const Subscription& subscription) {
    boost::json::object out;
    add(out, state, subscription, "agents", state.agents);
    add(out, state, subscription, "sessions", state.sessions);
    add(out, state, subscription, "agentHandlers", state.handlers);
    add(out, state, subscription, "acdGroups", state.groups);
    add(out, state, subscription, "queues", state.queues);
    add(out, state, subscription, "addresses", state.addresses, "agent-session");
    add(out, state, subscription, "calls", state.calls);
    add(out, state, subscription, "audioDevices", state.devices);
    add(out, state, subscription, "audioSessions", state.audioSessions);
    if (subscription.hears("source") && subscription.sees("source", {})) {
        boost::json::array sources;
        for (const auto& [source, is] : state.sources) {
            boost::json::object capabilities;
            for (const auto& [what, can] : is.capabilities) capabilities[what] = can;
            sources.push_back({{"source", name(source)}, {"connected", is.connected}, {"capabilities", std::move(capabilities)}});
        }
        out["sources"] = std::move(sources);
    }
    return out;
}

}  // namespace deskline::events
