#include "api/lists.hpp"
#include "api/resources.hpp"

namespace deskline::api {
namespace {

constexpr auto everybody = [](const events::State&, const auto&) { return true; };

bool seesCall(const identity::Identity& identity, const events::State& state, const Call& call) {
    const auto* session = call.session ? state.session(*call.session) : nullptr;
    return sees(identity, session ? session->agent : std::string());
}

}  // namespace

void listHandlers(Gateway& gateway, Request request, Respond respond) {
    list(
        gateway, std::move(request), std::move(respond), [](const events::State& s) -> auto& { return s.handlers; }, everybody);
}

void listGroups(Gateway& gateway, Request request, Respond respond) {
    list(
        gateway, std::move(request), std::move(respond), [](const events::State& s) -> auto& { return s.groups; }, everybody);
}

void listQueues(Gateway& gateway, Request request, Respond respond) {
    list(
        gateway, std::move(request), std::move(respond), [](const events::State& s) -> auto& { return s.queues; }, everybody);
}

void listQueuesOfGroup(Gateway& gateway, Request request, Respond respond) {
    const auto group = request.parameters[0];
    gateway.ledger.query([&gateway, request = std::move(request), respond = std::move(respond), group](const events::State& state, const std::string&) mutable {
        std::string name;
        for (const auto& [id, item] : state.groups)
            if (id == group || item.name == group) name = item.name;
        if (name.empty()) return respond(problem(notFound("ACD group"), request.requestId));
        list(
            gateway, std::move(request), std::move(respond), [](const events::State& s) -> auto& { return s.queues; },
            [name](const events::State&, const Queue& queue) { return queue.acdGroup == name; });
    });
}

void getQueue(Gateway& gateway, Request request, Respond respond) {
    single(
        gateway, std::move(request), std::move(respond), "queue", [](const events::State& s, const std::string& id) { return at(s.queues, id); }, everybody);
}

void listAddresses(Gateway& gateway, Request request, Respond respond) {
    list(
        gateway, std::move(request), std::move(respond), [](const events::State& s) -> auto& { return s.addresses; }, everybody);
}

void listCalls(Gateway& gateway, Request request, Respond respond) {
    list(
        gateway, request, std::move(respond), [](const events::State& s) -> auto& { return s.calls; },
        [identity = request.identity](const events::State& state, const Call& call) { return seesCall(identity, state, call); });
}

void getCall(Gateway& gateway, Request request, Respond respond) {
    single(
        gateway, request, std::move(respond), "call", [](const events::State& s, const std::string& id) { return at(s.calls, id); },
        [identity = request.identity](const events::State& state, const Call& call) { return seesCall(identity, state, call); });
}

}  // namespace deskline::api
