// The caller itself: who it is, tickets for its streams, operations it began.
#include "api/operations.hpp"
#include "api/paging.hpp"
#include "api/resources/resources.hpp"
#include "identity/origin.hpp"
#include "model/seconds.hpp"

namespace deskline::api {
namespace {

boost::json::object show(const identity::Identity& identity) {
    const auto list = [](const auto& texts) { return boost::json::array(texts.begin(), texts.end()); };
    return {{"subject", identity.subject},
            {"role", name(identity.role)},
            {"agents", list(identity.agents)},
            {"groups", list(identity.groups)},
            {"scopes", list(identity.scopes)},
            {"by", name(identity.proof)},
            {"expiresAt", identity.expires ? boost::json::value(toRfc3339(fromSeconds(identity.expires)))
                                           : boost::json::value(nullptr)}};
}

}  // namespace

void getMe(Context&, Request request, Respond respond) { respond({200, show(request.identity)}); }

void createTicket(Context& context, Request request, Respond respond) {
    const auto body = parseBody<TicketBody>(request);
    if (!body) return respond(problem(body.error(), request.requestId));
    std::string origin;  // none: for a client that is no browser
    if (const auto given = body->origin.value_or(request.origin); !given.empty()) {
        const auto parsed = identity::parseOrigin(given);
        if (!parsed)
            return respond(problem(
                {"invalid-argument",
                 "/origin is no origin of a page.",
                 {},
                 {},
                 false,
                 {{"/origin",
                   "must be scheme://host or scheme://host:port, at most 255 bytes, such as https://desk.example"}}},
                request.requestId));
        origin = *parsed;
    }
    const auto time = now();
    auto ticket =
        context.tickets.issue(request.identity, std::move(origin),
                              std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
    respond({201, boost::json::object{{"ticket", ticket},
                                      {"expiresAt", toRfc3339(time + std::chrono::seconds(identity::ticketSeconds))}}});
}

void getOperation(Context& context, Request request, Respond respond) {
    context.ledger.transact(
        [&context, request = std::move(request), respond = std::move(respond)](events::LedgerContext& ledger) {
            const auto found = ledger.operations().find(request.parameters[0]);
            if (!found) return respond(problem(found.error(), request.requestId));
            const auto& operation = *found;
            if (!operation) return respond(problem(notFound("operation"), request.requestId));
            if (!context.policy.may(request.identity, identity::Resource::operations, identity::Action::see,
                                    {.owner = operation->actor}))
                return respond(problem(withheld(notFound("operation")), request.requestId));
            ledger.afterCommit([respond, shown = show(*operation)] { respond({200, shown}); });
        });
}

}  // namespace deskline::api
