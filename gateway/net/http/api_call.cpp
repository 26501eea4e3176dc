#include "net/http/api_call.hpp"

#include <boost/asio/steady_timer.hpp>

#include "api/router.hpp"
#include "model/id.hpp"
#include "model/text.hpp"
#include "net/shard/outside.hpp"

namespace deskline::net {

api::Request apiRequest(HttpRequest& request, std::string path, std::map<std::string, std::string> query,
                        const ClientInfo& client, Shard& shard) {
    api::Request call;
    call.address = client.address;
    call.origin = client.origin;
    call.method = std::string(request.method_string());
    call.path = std::move(path);
    call.query = std::move(query);
    for (const auto& field : request) {
        auto name = lower(std::string_view(field.name_string()));
        if (name != "authorization") call.headers[std::move(name)] = std::string(field.value());
    }
    call.body = api::Body::ofText(request.body());
    call.requestId = api::requestIdFrom(call, randomId(8));
    call.later = laterOn(shard.io());
    return call;
}

// Carries a request through the API, whose answer may come on any thread, and comes back on the shard's. When the
// gateway ends, a request that only reads is not waited for; one that changes something is, for as long as there is
// time.
asio::awaitable<api::Response> ask(ServerContext& context, Shard& shard, api::Request request) {
    const auto until = leavingOf(request);
    AnswerOf<api::Response> otherwise = unanswered(request);
    // Named, not made within the co_await: what such a lambda holds is destroyed twice there (GCC 12).
    auto begin = [&context, call = std::move(request)](api::Respond respond) mutable {
        api::handle(context.api, std::move(call), std::move(respond));
    };
    co_return co_await fromOutside(shard, until, std::move(otherwise), std::move(begin));
}

Leaving leavingOf(const api::Request& request) {
    return request.method == "GET" || request.method == "HEAD" ? Leaving::reads_over : Leaving::over;
}

std::function<api::Response(const Fault&)> unanswered(const api::Request& request) {
    return [id = request.requestId, unknown = leavingOf(request) == Leaving::over](Fault fault) {
        fault.outcomeUnknown = unknown;
        return api::problem(fault, id);
    };
}

api::Later laterOn(asio::io_context& io) {
    return [&io](std::chrono::milliseconds after, std::function<void()> what) -> api::Timer {
        const auto timer = std::make_shared<asio::steady_timer>(io, after);
        timer->async_wait([what = std::move(what)](error_code error) {
            if (!error) what();
        });
        return timer;
    };
}

}  // namespace deskline::net
