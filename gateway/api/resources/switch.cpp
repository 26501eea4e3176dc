#include "api/paging.hpp"
#include "api/resources/resources.hpp"

namespace deskline::api {
void listHandlers(Context& context, Request request, Respond respond) {
    list(
        context, std::move(request), std::move(respond), [](const events::State& s) -> auto& { return s.handlers; });
}

void listGroups(Context& context, Request request, Respond respond) {
    list(
        context, std::move(request), std::move(respond), [](const events::State& s) -> auto& { return s.groups; });
}

void listQueues(Context& context, Request request, Respond respond) {
    list(
        context, std::move(request), std::move(respond), [](const events::State& s) -> auto& { return s.queues; });
}

void listQueuesOfGroup(Context& context, Request request, Respond respond) {
    const auto group = request.parameters[0];
    context.ledger.query([&context, request = std::move(request), respond = std::move(respond), group](const events::State& state, const std::string&) mutable {
        std::string name;
        const auto sight = context.policy.sight(request.identity);
        for (const auto& [id, item] : state.groups)
            if ((id == group || item.name == group) && events::sees(sight, state, item)) name = item.name;
        if (name.empty()) return respond(problem(notFound("ACD group"), request.requestId));
        list(
            context, std::move(request), std::move(respond), [](const events::State& s) -> auto& { return s.queues; },
            [name](const Queue& queue) { return queue.acdGroup == name; });
    });
}

void getQueue(Context& context, Request request, Respond respond) {
    single(context, std::move(request), std::move(respond), "queue", [](const events::State& s, const std::string& id) { return at(s.queues, id); });
}

void listAddresses(Context& context, Request request, Respond respond) {
    list(
        context, std::move(request), std::move(respond), [](const events::State& s) -> auto& { return s.addresses; });
}

void listCalls(Context& context, Request request, Respond respond) {
    list(
        context, std::move(request), std::move(respond), [](const events::State& s) -> auto& { return s.calls; });
}

void getCall(Context& context, Request request, Respond respond) {
    single(context, std::move(request), std::move(respond), "call", [](const events::State& s, const std::string& id) { return at(s.calls, id); });
}

}  // namespace deskline::api
