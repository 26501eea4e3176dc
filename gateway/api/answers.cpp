#include "api/answers.hpp"

#include "model/values_json.hpp"

namespace deskline::api {

template <class T>
Response answerWithStatus(const events::CommandOutcome& settled, const events::State& state, int status) {
    const auto event = settled.cursor ? boost::json::value(*settled.cursor) : boost::json::value(nullptr);
    const auto* object = state.find<T>(IdOf<T>(*settled.object));
    const auto shown = object ? toJson(*object) : boost::json::value(nullptr);
    Response response{status,
                      boost::json::object{{rowOf(kindOf<T>).member, shown}, {"cursor", event}, {"event", event}}};
    if (object) response.headers.emplace_back("ETag", entityTag(object->revision));
    return response;
}
template Response answerWithStatus<Agent>(const events::CommandOutcome&, const events::State&, int);
template Response answerWithStatus<AgentSession>(const events::CommandOutcome&, const events::State&, int);
template Response answerWithStatus<AudioDevice>(const events::CommandOutcome&, const events::State&, int);
template Response answerWithStatus<AudioSession>(const events::CommandOutcome&, const events::State&, int);

std::string entityTag(std::uint64_t revision) { return '"' + std::to_string(revision) + '"'; }

}  // namespace deskline::api
