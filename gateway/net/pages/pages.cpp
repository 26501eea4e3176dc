#include "net/pages/pages.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "api/headers.hpp"
#include "net/pages/assets.hpp"

namespace deskline::net {
namespace {

std::string originOf(const std::string& address) {  // "https://login.example/realm" → "https://login.example"
    const auto path = address.find('/', address.find("://") + 3);
    return address.substr(0, path);
}

HttpResponse text(http::status status, std::string body, const char* type) {
    HttpResponse response{status, 11};
    response.set(http::field::content_type, type);
    response.set(http::field::cache_control, "no-store");
    response.body() = std::move(body);
    return response;
}

HttpResponse jsonAnswer(http::status status, const boost::json::object& body) {
    return text(status, boost::json::serialize(body) + "\n", "application/json");
}

// Ready: events are durable, and every part that has a check says that all is well: each configured source is
// connected, so commands can be carried out; what is read from files and from the provider is known. 503 names what
// is not.
HttpResponse readiness(const ServerContext& context) {
    const auto health = context.api.ledger.health();
    boost::json::object checks{{"journal", health.durable ? "ok" : health.journalFault}};
    if (context.api.draining) checks["gateway"] = "draining";
    bool ready = health.durable && !context.api.draining;
    for (const auto& [check, fault] : context.api.readiness.checks()) {
        checks[check] = fault.empty() ? "ok" : fault;
        ready = ready && fault.empty();
    }
    boost::json::object body{
        {"status", ready ? "ready" : "not-ready"}, {"durable", health.durable}, {"checks", std::move(checks)}};
    return jsonAnswer(ready ? http::status::ok : http::status::service_unavailable, body);
}

std::string metric(const char* name, const char* kind, const char* help, auto value) {
    return fmt::format("# HELP deskline_{} {}\n# TYPE deskline_{} {}\ndeskline_{} {}\n", name, help, name, kind, name,
                       value);
}

std::string refusals(const identity::Refusals& counted) {
    std::string refused =
                    "# HELP deskline_refused_total Attempts to be somebody that were refused.\n# TYPE "
                    "deskline_refused_total counter\n",
                throttled =
                    "# HELP deskline_throttled_total Of those, the ones that came too often and had to wait.\n# TYPE "
                    "deskline_throttled_total counter\n";
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<identity::Attempt>>([&](auto attempt) {
        const auto& of = counted.of(attempt.value);
        refused += fmt::format("deskline_refused_total{{by=\"{}\"}} {}\n", name(attempt.value), of.refused.load());
        throttled +=
            fmt::format("deskline_throttled_total{{by=\"{}\"}} {}\n", name(attempt.value), of.throttled.load());
    });
    return refused + throttled;
}

std::uint64_t mergedEvents(const ServerContext& context) {
    std::uint64_t merged = 0;
    for (const auto& shard : context.shards) merged += shard->mergedEvents().load(std::memory_order_relaxed);
    return merged;
}

// Prometheus text format 0.0.4.
HttpResponse metrics(const ServerContext& context) {
    const auto health = context.api.ledger.health();
    auto body = metric("connections", "gauge", "Open TLS connections.", context.connections.load());
    body += metric("streams", "gauge", "Open WebSocket streams.", context.streams.load());
    body += metric("requests_total", "counter", "HTTP requests answered.", context.requests.load());
    body += metric("slow_clients_total", "counter",
                   "Streams closed because their queue was full, or because nothing of it left (4108).",
                   context.slowClients.load());
    body += metric("streams_refused_total", "counter", "Streams of accounts that had as many open as they may.",
                   context.refusedStreams.load());
    body += metric("stream_commands_refused_total", "counter",
                   "Commands on streams that had too many under way already.", context.refusedCommands.load());
    body += metric("stream_events_merged_total", "counter",
                   "Volume events that a later one of the same object replaced before they went out, for each stream.",
                   mergedEvents(context));
    body += metric("events_total", "counter", "Number of the newest event.", health.events);
    body += metric("journal_commits_total", "counter", "Groups of events written to the journal.", health.commits);
    body += metric("journal_durable", "gauge", "1 while every event is in the journal before anybody sees it.",
                   health.durable ? 1 : 0);
    body += metric("journal_unsaved_events", "gauge", "Events that wait for the journal to be writable again.",
                   health.unsaved);
    body += metric("journal_unsaved_bytes", "gauge", "Bytes of those events.", health.unsavedBytes);
    body += metric("journal_unsaved_audit_entries", "gauge", "Audit entries that wait for it.", health.unsavedAudit);
    body += metric("journal_unsaved_operations", "gauge", "Operations that wait for it.", health.unsavedOperations);
    body += metric("journal_lost_events_total", "counter", "Events given up because too many waited for the journal.",
                   health.lost);
    body += metric("journal_lost_audit_entries_total", "counter",
                   "Audit entries given up because too many waited for the journal.", health.lostAudit);
    body += metric("journal_events_bytes", "gauge", "What the journal's events take; cut at [journal] retention_size.",
                   health.eventBytes);
    body += metric("journal_audit_bytes", "gauge", "What the audit takes; cut at [journal] audit_retention_size.",
                   health.auditBytes);
    body += metric("operations", "gauge", "Operations and idempotency keys that are kept.", health.operations);
    body += metric("failed_tasks_total", "counter",
                   "Pieces of the ledger's work that ended by an exception; the log says which.", health.failedTasks);
    body += refusals(context.api.guards.refusals);
    return text(http::status::ok, std::move(body), "text/plain; version=0.0.4");
}

std::string escape(std::string_view raw) {
    std::string out;
    for (const char c : raw) {
        if (c == '<')
            out += "&lt;";
        else if (c == '&')
            out += "&amp;";
        else
            out += c;
    }
    return out;
}

HttpResponse problemPage(std::string_view slug) {
    const auto row = std::ranges::find(problemTable, slug, &Problem::slug);
    if (row == std::end(problemTable))
        return text(http::status::not_found, "There is no such problem.\n", "text/plain; charset=utf-8");
    auto body = fmt::format(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{0}</title><h1>{0}</h1><p><code>{1}</code>, "
        "HTTP status {2}</p><p>{3}</p>",
        escape(row->title), row->slug, row->status, escape(row->remedy));
    body += "<ul>";
    for (const auto& code : hresultTable)
        if (code.slug.text() == slug) body += fmt::format("<li><code>{} {}</code></li>", hex(code.code), code.symbol);
    body += "</ul></html>\n";
    return text(http::status::ok, std::move(body), "text/html; charset=utf-8");
}

// Names under /assets/ tell their content; everything else is asked for again, and not sent again where it is the same.
// All of it is the same for everybody, so it was compressed when the program was built, and is sent so whichever page
// asks.
HttpResponse file(const Asset& asset, const HttpRequest& request, const std::string& contentPolicy) {
    const auto tags = api::elements(std::string_view(request[http::field::if_none_match]));
    const bool same = std::ranges::find(tags, asset.tag) != tags.end();
    const bool gzipped =
        !asset.gzipped.empty() && api::acceptedCoding(request[http::field::accept_encoding], "gzip") > 0;
    auto response = text(same ? http::status::not_modified : http::status::ok,
                         std::string(same      ? ""
                                     : gzipped ? asset.gzipped
                                               : asset.bytes),
                         std::string(asset.type).c_str());
    response.set(http::field::cache_control,
                 asset.path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
    response.set(http::field::etag, asset.tag);
    response.set("Content-Security-Policy", contentPolicy);
    response.set("Referrer-Policy", "no-referrer");
    if (!asset.gzipped.empty()) response.insert(http::field::vary, "Accept-Encoding");
    if (gzipped && !same) response.set(http::field::content_encoding, "gzip");
    return response;
}

}  // namespace

std::string contentPolicy(const std::string& issuer, const std::vector<std::string>& frameAncestors) {
    std::string frames = "'self'";
    for (const auto& ancestor : frameAncestors) frames += " " + ancestor;
    return "default-src 'self'; connect-src 'self'" + (issuer.starts_with("https://") ? " " + originOf(issuer) : "") +
           "; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors " + frames;
}

HttpResponse serveSite(const ServerContext& context, const HttpRequest& request) {
    std::string_view path(request.target().data(), request.target().size());
    path = path.substr(0, path.find('?'));
    if (!path.starts_with(context.api.basePath))
        return text(http::status::not_found, "Not here.\n", "text/plain; charset=utf-8");
    path.remove_prefix(context.api.basePath.size());
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
        auto response = text(http::status::method_not_allowed, "Only GET and HEAD.\n", "text/plain; charset=utf-8");
        response.set(http::field::allow, "GET, HEAD");
        return response;
    }
    if (path == "/healthz") return jsonAnswer(http::status::ok, {{"status", "alive"}});
    if (path == "/readyz") return readiness(context);
    if (path == "/metrics") return metrics(context);
    if (path == "/sign-in.json")
        return context.signIn.empty() ? jsonAnswer(http::status::ok, {})
                                      : text(http::status::ok, context.signIn + "\n", "application/json");
    if (path.starts_with("/problems/")) return problemPage(path.substr(10));
    if (path.empty() || path == "/") path = "/index.html";
    if (path == "/docs") path = "/docs.html";
    if (path == "/api/v1/openapi.json" || path == "/api/v1/asyncapi.json")
        path.remove_prefix(std::string_view("/api/v1").size());
    const auto asset = std::ranges::find(assets(), path, &Asset::path);
    if (asset == assets().end())
        return text(http::status::not_found, "There is nothing here.\n", "text/plain; charset=utf-8");
    return file(*asset, request, context.contentPolicy);
}

}  // namespace deskline::net
