#include "api/answers.hpp"

#include "model/values_json.hpp"

namespace deskline::api {
namespace {

template <class T>
Response answer(const char* key, const T* object, const events::Settled& settled, int status) {
    const auto event = settled.cursor ? boost::json::value(*settled.cursor) : boost::json::value(nullptr);
    Response response{status, boost::json::object{{key, object ? toJson(*object) : boost::json::value(nullptr)}, {"cursor", event}, {"event", event}}};
    if (object) response.headers.emplace_back("ETag", entityTag(object->revision));
    return response;
}

template <class T>
const T* find(const std::map<std::string, T>& all, const std::string& id) {
    const auto found = all.find(id);
    return found == all.end() ? nullptr : &found->second;
}

}  // namespace

std::string entityTag(std::uint64_t revision) { return '"' + std::to_string(revision) + '"'; }

Response sessionAnswer(const events::Settled& settled, const events::State& state, int status) {
    return answer("session", state.session(*settled.object), settled, status);
}
Response agentAnswer(const events::Settled& settled, const events::State& state, int status) {
    return answer("agent", find(state.agents, *settled.object), settled, status);
}
Response deviceAnswer(const events::Settled& settled, const events::State& state) {
    return answer("device", find(state.devices, *settled.object), settled, 200);
}
Response audioSessionAnswer(const events::Settled& settled, const events::State& state) {
    return answer("session", find(state.audioSessions, *settled.object), settled, 200);
}

}  // namespace deskline::api
