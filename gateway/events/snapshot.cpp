#include "events/snapshot.hpp"

#include "events/ownership.hpp"

#include "model/values_json.hpp"

namespace deskline::events {
namespace {

template <class T>
void add(boost::json::object& out, const State& state, const Subscription& subscription) {
    constexpr auto kind = kindOf<T>;
    // The addresses come with the sessions too: a session is opened on one.
    if (!subscription.hears(kind) && !(kind == Kind::address && subscription.hears(Kind::agent_session))) return;
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
