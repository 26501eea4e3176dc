#include "api/paging.hpp"
#include "api/resources/resources.hpp"

namespace deskline::api {

void listQueuesOfGroup(Context& context, Request request, Respond respond) {
    const auto group = request.parameters[0];
    context.ledger.query([&context, request = std::move(request), respond = std::move(respond), group](
                             const events::State& state, const std::string&) mutable {
        std::string name;
        const auto visibility = context.policy.visibility(request.identity);
        for (const auto& [id, item] : state.all<AcdGroup>())
            if ((id == group || item.name == group) && events::sees(visibility, state, item)) name = item.name;
        if (name.empty()) return respond(problem(notFound(Kind::acd_group), request.requestId));
        listWhere<Queue>(context, std::move(request), std::move(respond),
                         [name](const Queue& queue) { return queue.acdGroup == name; });
    });
}

}  // namespace deskline::api
