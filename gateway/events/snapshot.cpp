#include "events/snapshot.hpp"

#include "model/values_json.hpp"

namespace deskline::events {
namespace {

template <class T, class AgentOf>
void add(boost::json::object& out, const Subscription& subscription, std::string_view topic, std::string_view key, const std::map<std::string, T>& all,
         AgentOf agentOf) {
    if (!subscription.hears(topic)) return;
    boost::json::array array;
    for (const auto& [id, item] : all)
        if (subscription.sees(topic, agentOf(item))) array.push_back(toJson(item));
    out[key] = std::move(array);
}

}  // namespace

boost::json::object snapshot(const State& state, const Subscription& subscription) {
    boost::json::object out;
    const auto nobody = [](const auto&) { return std::string(); };
    add(out, subscription, "agent", "agents", state.agents, [](const Agent& a) { return a.id; });
    add(out, subscription, "agent-session", "sessions", state.sessions, [](const AgentSession& s) { return s.agent; });
    add(out, subscription, "agent-handler", "agentHandlers", state.handlers, nobody);
    add(out, subscription, "acd-group", "acdGroups", state.groups, nobody);
    add(out, subscription, "queue", "queues", state.queues, nobody);
    add(out, subscription, "agent-session", "addresses", state.addresses, nobody);
    add(out, subscription, "call", "calls", state.calls, [&](const Call& call) {
        const auto* session = call.session ? state.session(*call.session) : nullptr;
        return session ? session->agent : std::string();
    });
    add(out, subscription, "audio.device", "audioDevices", state.devices, nobody);
    add(out, subscription, "audio.session", "audioSessions", state.audioSessions, nobody);
    if (subscription.hears("source")) {
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
