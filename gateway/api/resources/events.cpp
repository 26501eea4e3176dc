#include "api/events_query.hpp"
#include "api/resources/resources.hpp"

namespace deskline::api {

void listEvents(Context& context, Request request, Respond respond) {
    const auto query = parseEventsQuery(context, request);
    if (!query) return respond(problem(query.error(), request.requestId));
    context.ledger.read({query->subscription, query->after, query->limit, query->wait, query->since},
                        [&context, respond = std::move(respond), id = request.requestId,
                         caller = request.identity](const Result<events::Page>& page) {
                            if (!context.authenticator.current(caller, now()))  // revoked while it waited
                                return respond(problem({"not-authorized", "Your key or tokens were revoked."}, id));
                            if (!page) return respond(problem(refusal(page.error(), "?after"), id));
                            Response response;
                            response.text = R"({"items":[)";
                            for (const auto& frame : page->frames)
                                response.text.append(frame == page->frames.front() ? "" : ",").append(frame->text);
                            response.text += R"(],"cursor":")" + page->cursor + R"("})";
                            respond(std::move(response));
                        });
}

}  // namespace deskline::api
