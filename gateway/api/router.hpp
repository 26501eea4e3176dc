// The table of endpoints, and the way through it. REST connections and streams call `handle` alike. Thread: the
// shard's.
#pragma once
#include <span>

#include "api/context.hpp"
#include "api/request.hpp"
#include "api/target.hpp"

namespace deskline::api {

using Handler = void (*)(Context&, Request, Respond);

struct Route {
    std::string_view method;
    std::string_view path;   // "/sessions/{id}/state"
    std::string_view query;  // names of the query parameters it takes, separated by spaces
    bool body;               // takes a JSON body
    Handler handler;
    std::string_view produces = "application/json";  // besides JSON
};
std::span<const Route> routes();

std::string allowed(std::string_view path);  // the methods of a path, for Allow; "": there is no such resource

struct Admission {  // whether a request may go to its handler
    std::optional<Response> refusal = {};
    const Route* route = nullptr;
    std::vector<std::pair<std::string, std::string>> headers;  // for the answer, whatever it is
};
Admission admit(Context& context, Request& request);  // sets the request's parameters
void handle(Context& context, Request request, Respond respond);

}  // namespace deskline::api
