#include "api/router.hpp"

#include <algorithm>

#include "api/audit.hpp"
#include "api/headers.hpp"
#include "api/paging.hpp"
#include "api/resources/resources.hpp"
#include "model/id.hpp"
#include "model/text.hpp"

namespace deskline::api {
namespace {

constexpr std::string_view paging = "limit after", json = "application/json";
constexpr std::size_t longestKey = 255;

constexpr Route table[] = {
    {"GET", "/agents", paging, false, list<Agent>},
    {"GET", "/agents/{id}", "", false, single<Agent>},
    {"PUT", "/agents/{id}", "", true, signInAgent},
    {"DELETE", "/agents/{id}", "", false, signOutAgent},
    {"PUT", "/agents/{id}/state", "", true, putAgentState},
    {"POST", "/agents/{id}/sessions", "", true, createSession},
    {"GET", "/agents/{id}/sessions", paging, false, listSessionsOfAgent},
    {"GET", "/sessions", "agent acdGroup state limit after", false, listSessions},
    {"GET", "/sessions/{id}", "", false, single<AgentSession>},
    {"PUT", "/sessions/{id}/state", "", true, putSessionState},
    {"DELETE", "/sessions/{id}/pending-state", "", false, withdrawPendingState},
    {"DELETE", "/sessions/{id}", "", false, endSession},
    {"GET", "/reasons", "", false, listReasons},
    {"GET", "/agent-handlers", paging, false, list<AgentHandler>},
    {"GET", "/acd-groups", paging, false, list<AcdGroup>},
    {"GET", "/acd-groups/{id}/queues", paging, false, listQueuesOfGroup},
    {"GET", "/queues", paging, false, list<Queue>},
    {"GET", "/queues/{id}", "", false, single<Queue>},
    {"GET", "/addresses", paging, false, list<Address>},
    {"GET", "/calls", paging, false, list<Call>},
    {"GET", "/calls/{id}", "", false, single<Call>},
    {"GET", "/audio/devices", paging, false, list<AudioDevice>},
    {"GET", "/audio/devices/{id}", "", false, single<AudioDevice>},
    {"PATCH", "/audio/devices/{id}", "", true, patchAudioDevice},
    {"GET", "/audio/sessions", paging, false, list<AudioSession>},
    {"GET", "/audio/sessions/{id}", "", false, single<AudioSession>},
    {"PATCH", "/audio/sessions/{id}", "", true, patchAudioSession},
    {"GET", "/me", "", false, getMe},
    {"POST", "/tickets", "", true, createTicket},
    {"GET", "/operations/{id}", "", false, getOperation},
    {"GET", "/connections", paging, false, listConnections},
    {"GET", "/keys", "", false, listKeys},
    {"GET", "/audit", paging, false, listAudit},
    {"GET", "/log-level", "", false, getLogLevel},
    {"PUT", "/log-level", "", true, putLogLevel},
    {"GET", "/webhooks", paging, false, listWebhooks},
    {"POST", "/webhooks", "", true, createWebhook},
    {"GET", "/webhooks/{id}", "", false, getWebhook},
    {"PATCH", "/webhooks/{id}", "", true, changeWebhook},
    {"DELETE", "/webhooks/{id}", "", false, deleteWebhook},
    {"GET", "/webhooks/{id}/deliveries", "limit", false, listDeliveries},
    {"POST", "/webhooks/{id}/replay", "", true, replayWebhook},
    {"GET", "/events", "after since types subject agents limit wait audioRate ticket", false, listEvents,
     "text/event-stream"},
};

// Segment by segment; what stands for {…} goes, decoded, into `parameters`.
bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& parameters) {
    parameters.clear();
    while (!pattern.empty() && !path.empty()) {
        pattern.remove_prefix(1);
        if (path[0] != '/') return false;
        path.remove_prefix(1);
        const auto wanted = pattern.substr(0, pattern.find('/')), given = path.substr(0, path.find('/'));
        pattern.remove_prefix(wanted.size());
        path.remove_prefix(given.size());
        if (wanted.starts_with('{')) {
            std::string decoded;
            if (given.empty() || !percentDecode(given, decoded) || !isPrintable(decoded))
                return false;  // no id is longer, or has such characters
            parameters.push_back(std::move(decoded));
        } else if (wanted != given) {
            return false;
        }
    }
    return pattern.empty() && path.empty();
}

bool takes(const Route& route, std::string_view parameter) {
    auto names = route.query;
    while (!names.empty()) {
        const auto one = names.substr(0, names.find(' '));
        if (one == parameter) return true;
        names.remove_prefix(std::min(names.size(), one.size() + 1));
    }
    return false;
}

bool isJson(const std::string& contentType) {
    auto type = contentType.substr(0, contentType.find(';'));
    while (type.ends_with(' ')) type.pop_back();
    return type == "application/json" || type.ends_with("+json");
}

const Route* find(Request& request) {
    const std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
    for (const auto& route : table)
        if (route.method == method && matches(route.path, request.path, request.parameters)) return &route;
    return nullptr;
}

// What makes a request with an Idempotency-Key the same as an earlier one; of a PIN nothing is kept.
std::optional<Fault> fingerprint(Request& request) {
    const auto key = request.header("idempotency-key");
    if (key.empty()) return std::nullopt;
    const bool printable = std::ranges::all_of(key, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
    if (key.size() > longestKey || !printable)
        return Fault{"invalid-argument",
                     "Idempotency-Key takes 1 to 255 visible ASCII characters.",
                     {},
                     {},
                     false,
                     {{"Idempotency-Key", "must have 1 to 255 visible ASCII characters"}}};
    request.fingerprint = digest(request.method + ' ' + request.path + '\n' + request.body.canonical());
    return std::nullopt;
}

// Why the request cannot go to the route's handler.
std::optional<Fault> unfit(const Route& route, Request& request) {
    for (const auto& [parameter, value] : request.query)
        if (!takes(route, parameter))
            return Fault{"invalid-argument",
                         "The query parameter '" + printable(parameter) + "' is not known here; known are: " +
                             (route.query.empty() ? "none" : std::string(route.query)) + ".",
                         {},
                         {},
                         false,
                         {{"?" + printable(parameter), "is not known here"}}};
    if (accepted(request.header("accept"), "application/json") == 0 &&
        accepted(request.header("accept"), route.produces) == 0)
        return Fault{"not-acceptable", "This resource is to be had as application/json" +
                                           (route.produces == json ? "" : " or " + std::string(route.produces)) +
                                           "; Accept says '" + printable(request.header("accept")) + "'."};
    if (route.body && !request.body.empty() && !isJson(request.header("content-type")))
        return Fault{"unsupported-media-type",
                     "The body must be application/json; it is '" + printable(request.header("content-type")) + "'."};
    if (!request.body.empty() && !request.header("content-encoding").empty())
        return Fault{"unsupported-media-type", "The body must be sent as it is, without Content-Encoding."};
    return fingerprint(request);
}

// What the audit needs of a request: not its body, not its query.
Request outline(const Request& request) {
    return {.method = request.method,
            .path = request.path,
            .requestId = request.requestId,
            .identity = request.identity,
            .address = request.address,
            .origin = request.origin};
}

}  // namespace

std::span<const Route> routes() { return table; }

std::string allowed(std::string_view path) {
    std::string methods;
    std::vector<std::string> ignored;
    const auto add = [&](std::string_view method) { methods += (methods.empty() ? "" : ", ") + std::string(method); };
    for (const auto& route : table) {
        if (!matches(route.path, path, ignored)) continue;
        add(route.method);
        if (route.method == "GET") add("HEAD");
    }
    if (!methods.empty()) add("OPTIONS");
    return methods;
}

Admission admit(Context& context, Request& request) {
    auto verdict = context.rate.take(request.identity.account());
    Admission admission{.headers = std::move(verdict.headers)};
    const auto refuse = [&](const Fault& fault, const char* header = nullptr, std::string value = {}) {
        auto& response = admission.refusal.emplace(problem(fault, request.requestId));
        if (header) response.headers.emplace_back(header, std::move(value));
        response.headers.insert(response.headers.end(), admission.headers.begin(), admission.headers.end());
        return std::move(admission);
    };
    if (!verdict.allowed)
        return refuse({"too-many-requests", "More than " + std::to_string(context.rate.quota()) +
                                                " requests within a minute came from " +
                                                printable(request.identity.subject) + "."},
                      "Retry-After", std::to_string(verdict.retryAfter));
    admission.route = find(request);
    if (!admission.route) {
        const auto methods = allowed(request.path);
        if (methods.empty()) return refuse({"not-found", "There is no resource " + printable(request.path) + "."});
        return refuse({"method-not-allowed", "This resource answers " + methods + "."}, "Allow", methods);
    }
    if (const auto fault = unfit(*admission.route, request)) return refuse(*fault);
    return admission;
}

void handle(Context& context, Request request, Respond respond) {
    auto admission = admit(context, request);
    if (admission.refusal) return respond(std::move(*admission.refusal));
    const auto asked = std::make_shared<const Request>(outline(request));
    admission.route->handler(
        context, std::move(request),
        [&context, asked, respond = std::move(respond), headers = std::move(admission.headers)](Response response) {
            auditAnswer(context, *asked, response);
            response.headers.insert(response.headers.end(), headers.begin(), headers.end());
            respond(std::move(response));
        });
}

}  // namespace deskline::api
