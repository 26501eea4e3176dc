// The copy of a client that has applied a snapshot and the events after it, as webclient/client/source/state.ts does
// it, but written a second time.
#include "log.hpp"
#include "promise.hpp"

namespace deskline::model {
namespace {

constexpr std::pair<const char*, std::string_view> listed[] = {{"agents", "agent"},
                                                               {"sessions", "agent-session"},
                                                               {"agentHandlers", "agent-handler"},
                                                               {"acdGroups", "acd-group"},
                                                               {"queues", "queue"},
                                                               {"addresses", "address"},
                                                               {"calls", "call"},
                                                               {"audioDevices", "audio.device"},
                                                               {"audioSessions", "audio.session"},
                                                               {"sources", "source"}};

bool is(const json::object& object, std::string_view key, std::string_view value) {
    const auto* is = object.if_contains(key);
    return is && is->is_string() && std::string_view(is->get_string()) == value;
}

std::string idOf(const json::object& item) {
    return std::string(item.at(item.contains("id") ? "id" : "source").as_string());
}

}  // namespace

std::string_view topicOfList(std::string_view list) {
    for (const auto& [name, topic] : listed)
        if (name == list) return topic;
    return {};
}

void Copy::begin(const json::object& snapshot) {
    lists_.clear();
    for (const auto& [list, topic] : listed)
        if (const auto* items = snapshot.if_contains(list))
            for (const auto& item : items->as_array()) lists_[list][idOf(item.as_object())] = item.as_object();
}

void Copy::keep(const char* list, const json::object& item, bool gone) {
    if (gone)
        lists_[list].erase(idOf(item));
    else
        lists_[list][idOf(item)] = item;
}

void Copy::apply(const json::object& event) {
    const auto type = std::string_view(event.at("type").as_string()).substr(9);
    const auto& data = event.at("data").as_object();
    if (type == "agent-session") {
        const auto& session = data.at("session").as_object();
        const bool ended = is(data, "event", "end");
        keep("sessions", session, ended);
        const auto agent = lists_["agents"].find(std::string(session.at("agent").as_string()));
        if (agent == lists_["agents"].end()) return;
        auto& all = agent->second["sessions"].as_array();
        const auto at = std::find(all.begin(), all.end(), session.at("id"));
        if (ended && at != all.end()) all.erase(at);
        if (!ended && at == all.end()) all.push_back(session.at("id"));
    } else if (type == "agent") {
        keep("agents", data.at("agent").as_object(), is(data, "event", "signed-out"));
    } else if (type == "agent-handler") {
        keep("agentHandlers", data.at("handler").as_object(), is(data, "event", "removed"));
    } else if (type == "acd-group") {
        keep("acdGroups", data.at("group").as_object(), is(data, "event", "removed"));
    } else if (type == "queue") {
        keep("queues", data.at("queue").as_object(), is(data, "event", "removed"));
    } else if (type == "address") {
        keep("addresses", data.at("address").as_object(), is(data, "event", "removed"));
    } else if (type == "call") {
        const auto& call = data.at("call").as_object();
        keep("calls", call, is(call, "state", "disconnected") || is(call, "state", "idle"));
    } else if (type == "audio.session") {
        const auto& session = data.at("session").as_object();
        keep("audioSessions", session, is(data, "change", "disconnected") || is(session, "state", "expired"));
    } else if (type == "audio.device") {
        keep("audioDevices", data.at("device").as_object(), is(data, "change", "removed"));
    } else if (type == "source") {
        source(event);
    }
}

void Copy::source(const json::object& event) {
    const auto& data = event.at("data").as_object();
    const bool connected = !is(data, "event", "lost");
    auto& source = lists_["sources"][std::string(data.at("source").as_string())];
    source["source"] = data.at("source");
    source["connected"] = connected;
    if (const auto* capabilities = data.if_contains("capabilities")) source["capabilities"] = *capabilities;
    if (connected || !is(data, "source", "telephony")) return;
    for (const auto* list : {"agents", "sessions"})
        for (auto& [id, item] : lists_[list])
            if (!item.contains("stale")) item["stale"] = {{"since", event.at("time")}, {"cause", data.at("cause")}};
}

std::string Copy::differsFrom(const Copy& other, const std::set<std::string>& leftOut) const {
    const auto shown = [&](json::object item) {
        for (const auto& member : leftOut) item.erase(member);
        if (leftOut.contains("agents.sessions")) item.erase("sessions");
        return item;
    };
    for (const auto& [list, topic] : listed) {
        if (leftOut.contains(list)) continue;
        const auto mine = lists_.find(list), others = other.lists_.find(list);
        static const std::map<std::string, json::object> none;
        const auto &here = mine == lists_.end() ? none : mine->second,
                   &there = others == other.lists_.end() ? none : others->second;
        for (const auto& [id, item] : here) {
            const auto same = there.find(id);
            if (same == there.end()) return fmt::format("{} {} is not in the snapshot", list, id);
            if (shown(item) != shown(same->second))
                return fmt::format("{} {} is {} in the copy and {} in the snapshot", list, id,
                                   json::serialize(shown(item)), json::serialize(shown(same->second)));
        }
        for (const auto& [id, item] : there)
            if (!here.contains(id)) return fmt::format("{} {} is not in the copy: {}", list, id, json::serialize(item));
    }
    return {};
}

}  // namespace deskline::model
