#include "events/snapshot.hpp"

#include "events/ownership.hpp"

#include "model/values_json.hpp"

namespace deskline::events {
namespace {

template <class T>
void add(boost::json::object& out, const State& state, const Subscription& subscription) {
    constexpr auto kind = kindOf<T>;
    if (!subscription.hears(kind == Kind::address ? Kind::agent_session : kind))
        return;  // addresses have no events and come with the sessions
    boost::json::array array;
    for (const auto& [id, item] : state.all<T>())
        if (subscription.sees(kind, ownershipOf(state, item))) array.push_back(toJson(item));
    out[rowOf(kind).list] = std::move(array);
}

}  // namespace

boost::json::object snapshot(const State& state, const Subscription& subscription) {
    boost::json::object out;
    forEachThing([&](auto of) { add<typename decltype(of)::type>(out, state, subscription); });
    if (subscription.hears(Kind::source) && subscription.sees(Kind::source, {})) {
        boost::json::array sources;
        for (const auto& [source, is] : state.sources) {
            sources.push_back(
                {{"source", name(source)}, {"connected", is.connected}, {"capabilities", is.capabilitiesJson()}});
        }
        out[rowOf(Kind::source).list] = std::move(sources);
    }
    return out;
}

}  // namespace deskline::events
