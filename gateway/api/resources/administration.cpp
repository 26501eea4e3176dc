// The gateway itself, for administrators: who listens, which keys there are, the audit, how much is logged.
#include <spdlog/spdlog.h>

#include "api/paging.hpp"
#include "api/resources/resources.hpp"
#include "events/archive.hpp"
#include "model/number.hpp"

namespace deskline::api {
namespace {

namespace json = boost::json;

// False: the caller may not, and was answered so.
bool may(const Context& context, const Request& request, const Respond& respond,
         identity::Action action = identity::Action::see) {
    if (context.policy.level(request.identity, identity::Resource::administration, action) == AccessLevel::all)
        return true;
    respond(
        problem(Fault{"forbidden", "Only an administrator may see and change the gateway itself."}, request.requestId));
    return false;
}

json::object level() {
    const auto is = spdlog::get_level();
    return {{"level", name(is <= spdlog::level::debug  ? LogLevel::debug
                           : is == spdlog::level::info ? LogLevel::info
                           : is == spdlog::level::warn ? LogLevel::warn
                                                       : LogLevel::error)}};
}

json::object show(const identity::Key& key, const json::object* use) {
    json::object shown{{"id", key.id},
                       {"name", key.name},
                       {"role", name(key.role)},
                       {"scopes", toJson(key.scopes)},
                       {"agents", toJson(key.agents)},
                       {"groups", toJson(key.groups)},
                       {"createdAt", toRfc3339(key.createdAt)}};
    if (key.certificate) shown["certificate"] = *key.certificate;
    if (key.expiresAt) shown["expiresAt"] = toRfc3339(*key.expiresAt);
    if (key.revokedAt) shown["revokedAt"] = toRfc3339(*key.revokedAt);
    if (const auto* at = use ? use->if_contains("at") : nullptr) shown["usedAt"] = *at;
    return shown;
}

}  // namespace

void listConnections(Context& context, Request request, Respond respond) {
    if (!may(context, request, respond)) return;
    const auto limit = limitOf(request);
    if (!limit) return respond(problem(limit.error(), request.requestId));
    const auto streams = context.streams.some(parameterOf(request, "after"), *limit + 1);
    json::object body{{"items", json::array{}}};
    for (std::size_t i = 0; i < std::min(*limit, streams.size()); ++i)
        body["items"].get_array().push_back(toJson(streams[i]));
    if (streams.size() > *limit) body["next"] = streams[*limit - 1].id;
    respond({200, std::move(body)});
}

void listKeys(Context& context, Request request, Respond respond) {
    if (!may(context, request, respond)) return;
    context.ledger.transact([&context, respond = std::move(respond)](events::LedgerContext& ledger) {
        json::array items;
        for (const auto& key : context.authenticator.keys())
            items.push_back(show(key, ledger.records().find("key-use", key.id)));
        respond({200, json::object{{"items", std::move(items)}}});
    });
}

// The newest first; `after`: those before this number.
void listAudit(Context& context, Request request, Respond respond) {
    if (!may(context, request, respond)) return;
    const auto limit = limitOf(request);
    if (!limit) return respond(problem(limit.error(), request.requestId));
    std::optional<std::int64_t> before;
    if (const auto after = parameterOf(request, "after"); !after.empty()) {
        before = numberIn<std::int64_t>(after);
        if (!before)
            return respond(problem(Fault{"invalid-argument",
                                         "after takes the `next` of the page before.",
                                         {},
                                         {},
                                         false,
                                         {{"?after", "must be the `next` of the page before"}}},
                                   request.requestId));
    }
    const auto rows = std::make_shared<std::vector<events::AuditRow>>();
    context.ledger.readers().ask(
        request.identity.account(), events::Readers::Kind::request,
        [rows, before, limit = *limit](const events::Readers::Open& open) -> Result<bool> {
            const auto database = open();
            if (!database) return database.error();
            auto read = events::readAudit(**database, before, limit);
            if (!read) return read.error();
            *rows = std::move(*read);
            return false;
        },
        [rows, limit = *limit, id = request.requestId, respond = std::move(respond)](const Result<void>& how) {
            if (!how) return respond(problem(how.error(), id));
            json::object body{{"items", json::array{}}};
            for (auto& row : *rows) body["items"].get_array().push_back(std::move(row.entry));
            if (rows->size() == limit) body["next"] = std::to_string(rows->back().number);
            respond({200, std::move(body)});
        });
}

void getLogLevel(Context& context, Request request, Respond respond) {
    if (may(context, request, respond)) respond({200, level()});
}

// Until the gateway ends; then [log] level counts again.
void putLogLevel(Context& context, Request request, Respond respond) {
    if (!may(context, request, respond, identity::Action::change)) return;
    const auto body = parseBody<LogLevelBody>(request);
    if (!body) return respond(problem(body.error(), request.requestId));
    spdlog::warn("the log level is {} now, as {} has asked", name(body->level), request.identity.account());
    spdlog::set_level(spdlog::level::from_str(std::string(name(body->level))));
    respond({200, level()});
}

}  // namespace deskline::api
