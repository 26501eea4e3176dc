// The caller itself: who it is, tickets for its streams, operations it began.
#include "api/lists.hpp"
#include "api/operations.hpp"
#include "api/resources.hpp"

namespace deskline::api {
namespace {

boost::json::object show(const identity::Identity& identity) {
    boost::json::array agents;
    for (const auto& agent : identity.agents) agents.emplace_back(agent);
    return {{"subject", identity.subject}, {"role", name(identity.role)}, {"agents", std::move(agents)}};
}

}  // namespace

void getMe(Gateway&, Request request, Respond respond) { respond({200, show(request.identity)}); }

void createTicket(Gateway& gateway, Request request, Respond respond) {
    const auto time = now();
    auto ticket = gateway.tickets.issue(request.identity, std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
    respond({201, boost::json::object{{"ticket", ticket}, {"expiresAt", toRfc3339(time + std::chrono::seconds(identity::ticketSeconds))}}});
}

void getOperation(Gateway& gateway, Request request, Respond respond) {
    gateway.ledger.transact([request = std::move(request), respond = std::move(respond)](events::Books& books) {
        const auto operation = books.operations().find(request.parameters[0]);
        if (!operation || !mayRead(request.identity, *operation)) return respond(problem(notFound("operation"), request.requestId));
        books.afterCommit([respond, shown = show(*operation)] { respond({200, shown}); });
    });
}

}  // namespace deskline::api
