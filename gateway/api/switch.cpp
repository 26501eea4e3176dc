#include "api/lists.hpp"
#include "api/resources.hpp"

namespace deskline::api {
void listHandlers(Gateway& gateway, Request request, Respond respond) {
    list(
        gateway, std::move(request), std::move(respond), [](const events::State& s) -> auto& { return s.handlers; });
}

void listGroups(Gateway& gateway, Request request, Respond respond) {
    list(
        gateway, std::move(request), std::move(respond), [](const events::State& s) -> auto& { return s.groups; });
}

void listQueues(Gateway& gateway, Request request, Respond respond) {
    list(
        gateway, std::move(request), std::move(respond), [](const events::State& s) -> auto& { return s.queues; });
}

void listQueuesOfGroup(Gateway& gateway, Request request, Respond respond) {
    const auto group = request.parameters[0];
    gateway.ledger.query([&gateway, request = std::move(request), respond = std::move(respond), group](const events::State& state, const std::string&) mutable {
        std::string name;
        const auto sight = gateway.policy.sight(request.identity);
        for (const auto& [id, item] : state.groups)
            if ((id == group || item.name == group) && events::sees(sight, state, item)) name = item.name;
        if (name.empty()) return respond(problem(notFound("ACD group"), request.requestId));
        list(
            gateway, std::move(request), std::move(respond), [](const events::State& s) -> auto& { return s.queues; },
            [name](const Queue& queue) { return queue.acdGroup == name; });
    });
}

void getQueue(Gateway& gateway, Request request, Respond respond) {
    single(gateway, std::move(request), std::move(respond), "queue", [](const events::State& s, const std::string& id) { return at(s.queues, id); });
}

void listAddresses(Gateway& gateway, Request request, Respond respond) {
    list(
        gateway, std::move(request), std::move(respond), [](const events::State& s) -> auto& { return s.addresses; });
}

void listCalls(Gateway& gateway, Request request, Respond respond) {
    list(
        gateway, std::move(request), std::move(respond), [](const events::State& s) -> auto& { return s.calls; });
}

void getCall(Gateway& gateway, Request request, Respond respond) {
    single(gateway, std::move(request), std::move(respond), "call", [](const events::State& s, const std::string& id) { return at(s.calls, id); });
}

}  // namespace deskline::api
