// Webhooks as a resource: /webhooks, their deliveries, replay.
#include <algorithm>
#include <charconv>

#include "api/events_query.hpp"
#include "api/headers.hpp"
#include "api/paging.hpp"
#include "api/resources/resources.hpp"
#include "automation/webhooks/deliverer.hpp"
#include "model/id.hpp"
#include "model/text.hpp"

namespace deskline::api {

using namespace automation;

namespace {

// Bytes of the webhooks in one page, the last one not counted: a webhook may be as large as its list of agents, and the
// ledger's thread waits while a page is made.
constexpr std::size_t mostOfPage = 256 << 10;

Fault refusedFields(std::vector<FieldError> errors) {
    auto detail = errors[0].pointer + " " + errors[0].detail + ".";
    return {"invalid-argument", std::move(detail), {}, {}, false, std::move(errors)};
}

std::vector<std::string> topicsOf(std::vector<std::string> types, std::vector<FieldError>& errors) {
    for (auto& type : types)
        if (type.starts_with(typePrefix)) type.erase(0, typePrefix.size());
    for (std::size_t i = 0; i < types.size() && errors.size() < 20; ++i)
        if (!unknownTopic({types[i]}).empty())
            errors.push_back(
                {"/types/" + std::to_string(i), "names '" + printable(types[i], 40) + "', and there is no such type"});
    std::vector<std::string> once;  // there are only so many
    for (auto& type : types)
        if (std::ranges::find(once, type) == once.end() && errors.empty()) once.push_back(std::move(type));
    return types.empty() ? everything() : once;
}

// What a body says goes into the webhook; what does not fit is named.
template <class Body>
std::vector<FieldError> fill(Webhook& webhook, const Body& body) {
    std::vector<FieldError> errors;
    const std::optional<std::string> url = body.url;
    if (url) {
        if (auto unfit = unfitUrl(*url)) errors.push_back({"/url", std::move(*unfit)});
        webhook.url = *url;
    }
    if (body.types) webhook.topics = topicsOf(*body.types, errors);
    if (body.agents && (body.agents->size() > mostAgents ||
                        !std::ranges::all_of(*body.agents, [](const auto& agent) { return isPrintable(agent); })))
        errors.push_back({"/agents", "must be at most 500 ids of at most 255 bytes"});
    if (body.subject && !isPrintable(*body.subject))
        errors.push_back({"/subject", "must have at most 255 bytes and no control characters"});
    if (body.agents) webhook.agents = body.agents->empty() ? std::nullopt : body.agents;
    if (body.subject) webhook.subject = body.subject->empty() ? std::nullopt : body.subject;
    if (body.secret && !isSecret(*body.secret))
        errors.push_back({"/secret", "must be whsec_ and the base64 of 24 to 64 bytes"});
    return errors;
}

using Handle =
    std::function<void(events::LedgerContext&, Webhooks&, const Request&, const std::function<void(Response)>& answer)>;

const Fault unknownWebhooks{
    "resource-unavailable",
    "Which webhooks there are cannot be read: the journal could not be opened when the gateway started."};

// Runs on the ledger's thread for somebody who may; the answer goes out when all is durable.
void managed(Context& context, Request request, Respond respond, Handle handle) {
    if (context.policy.level(request.identity, identity::Resource::webhooks, identity::Action::change) ==
        AccessLevel::none)
        return respond(
            problem({"forbidden", "Webhooks are for administrators, and for integrations with the scope webhooks."},
                    request.requestId));
    context.ledger.transact([&context, request = std::move(request), respond = std::move(respond),
                             handle = std::move(handle)](events::LedgerContext& ledger) {
        if (!ledger.records().hasPast()) return respond(problem(unknownWebhooks, request.requestId));
        handle(ledger, context.webhooks, request, [&](Response response) {
            ledger.afterCommit([respond, response = std::move(response)] { respond(response); });
        });
    });
}

using HandleOne = std::function<void(events::LedgerContext&, Webhooks&, Webhook, const Request&,
                                     const std::function<void(Response)>& answer)>;

void managedOne(Context& context, Request request, Respond respond, HandleOne handle) {
    managed(context, std::move(request), std::move(respond),
            [&context, handle = std::move(handle)](events::LedgerContext& ledger, Webhooks& webhooks,
                                                   const Request& asked, const std::function<void(Response)>& answer) {
                auto webhook = Webhooks::find(ledger, asked.parameters[0]);
                if (!webhook) return answer(problem(notFound(Kind::webhook), asked.requestId));
                if (!context.policy.visibility(asked.identity).sees(Kind::webhook, {.owner = ownerOf(*webhook)}))
                    return answer(problem(withheld(notFound(Kind::webhook)), asked.requestId));
                handle(ledger, webhooks, std::move(*webhook), asked, answer);
            });
}

boost::json::object withSecret(const Webhook& webhook) {
    auto shown = show(webhook);
    shown["secret"] = webhook.secrets.front().value;
    return shown;
}

}  // namespace

void listWebhooks(Context& context, Request request, Respond respond) {
    const auto limit = limitOf(request);
    if (!limit) return respond(problem(limit.error(), request.requestId));
    managed(
        context, std::move(request), std::move(respond),
        [&context, limit = *limit](events::LedgerContext& ledger, Webhooks&, const Request& asked, const auto& answer) {
            const auto visibility = context.policy.visibility(asked.identity);
            const auto after = asked.query.find("after");
            boost::json::array items;
            std::size_t bytes = 0;
            std::string last;
            boost::json::object body;
            const auto& all = ledger.records().all("webhook");
            for (auto at = after == asked.query.end() ? all.begin() : all.upper_bound(after->second); at != all.end();
                 ++at) {
                if (!visibility.sees(Kind::webhook, {.owner = ownerIn(at->second)})) continue;
                if (items.size() == limit || bytes >= mostOfPage) {
                    body["next"] = last;
                    break;
                }
                const auto webhook = Webhooks::find(ledger, at->first);
                if (!webhook) continue;
                items.push_back(show(*webhook));
                bytes += serialize(items.back()).size();
                last = at->first;
            }
            body["items"] = std::move(items);
            answer({200, std::move(body)});
        });
}

void createWebhook(Context& context, Request request, Respond respond) {
    auto body = parseBody<CreateWebhookBody>(request);
    if (!body) return respond(problem(body.error(), request.requestId));
    managed(context, std::move(request), std::move(respond),
            [body = std::move(*body), base = context.basePath](events::LedgerContext& ledger, Webhooks& webhooks,
                                                               const Request& asked, const auto& answer) {
                Webhook webhook{.id = randomId(8),
                                .owner = asked.identity.account(),
                                .madeBy = ownerFrom(asked.identity),
                                .topics = everything(),
                                .cursor = ledger.cursor(),
                                .createdAt = ledger.now()};
                auto errors = fill(webhook, body);
                if (!errors.empty()) return answer(problem(refusedFields(std::move(errors)), asked.requestId));
                webhooks.makeRoom(ledger);
                if (const auto fault = Webhooks::full(ledger, asked.identity.owner()))
                    return answer(problem(*fault, asked.requestId));
                webhook.secrets = {{body.secret.value_or(newSecret()), {}}};
                webhooks.put(ledger, webhook);
                answer({201, withSecret(webhook), {{"Location", base + "/api/v1/webhooks/" + webhook.id}}});
            });
}

void getWebhook(Context& context, Request request, Respond respond) {
    managedOne(context, std::move(request), std::move(respond),
               [](events::LedgerContext&, Webhooks&, const Webhook& webhook, const Request&, const auto& answer) {
                   answer({200, show(webhook)});
               });
}

void changeWebhook(Context& context, Request request, Respond respond) {
    auto body = parseBody<ChangeWebhookBody>(request);
    if (!body) return respond(problem(body.error(), request.requestId));
    managedOne(context, std::move(request), std::move(respond),
               [body = std::move(*body)](events::LedgerContext& ledger, Webhooks& webhooks, Webhook webhook,
                                         const Request& asked, const auto& answer) {
                   auto errors = fill(webhook, body);
                   if (!errors.empty()) return answer(problem(refusedFields(std::move(errors)), asked.requestId));
                   const bool rotates = body.secret || body.rotateSecret.value_or(false);
                   if (rotates) {
                       auto before = webhook.secrets.front();
                       before.until = ledger.now() + Webhooks::rotation;
                       webhook.secrets = {{body.secret.value_or(newSecret()), {}}, before};
                   }
                   if (body.state == WantedState::suspended) webhook.state = WebhookState::suspended;
                   if (body.state == WantedState::active) webhook.state = WebhookState::active;
                   if (body.state || body.url) {  // begin anew
                       webhook.attempt = 0;
                       webhook.nextAttemptAt.reset();
                       webhook.problem.reset();
                   }
                   webhooks.put(ledger, webhook);
                   answer({200, rotates ? withSecret(webhook) : show(webhook)});
               });
}

void deleteWebhook(Context& context, Request request, Respond respond) {
    managedOne(context, std::move(request), std::move(respond),
               [](events::LedgerContext& ledger, Webhooks& webhooks, const Webhook& webhook, const Request&,
                  const auto& answer) {
                   webhooks.erase(ledger, webhook.id);
                   answer({204});
               });
}

void listDeliveries(Context& context, Request request, Respond respond) {
    const auto limit = limitOf(request);
    if (!limit) return respond(problem(limit.error(), request.requestId));
    managedOne(context, std::move(request), std::move(respond),
               [limit = *limit](events::LedgerContext& ledger, Webhooks&, const Webhook& webhook, const Request&,
                                const auto& answer) {
                   boost::json::array items;  // the newest first
                   const auto& all = ledger.records().all("delivery/" + webhook.id);
                   for (auto at = all.rbegin(); at != all.rend() && items.size() < limit; ++at)
                       items.push_back(at->second);
                   answer({200, boost::json::object{{"items", std::move(items)}}});
               });
}

void replayWebhook(Context& context, Request request, Respond respond) {
    const auto body = parseBody<ReplayWebhookBody>(request);
    if (!body) return respond(problem(body.error(), request.requestId));
    // Whether the journal reaches back so far is the journal's to say.
    if (body->from.empty())
        return respond(problem(refusedFields({{"/from", "must be a cursor of this gateway"}}), request.requestId));
    const events::Subscription nothing{.topics = {}, .visibility = context.policy.visibility(request.identity)};
    context.ledger.read({nothing, body->from, 1}, [&context, request = std::move(request), respond = std::move(respond),
                                                   from = body->from](const Result<events::Page>& page) {
        if (!page) return respond(problem(refusal(page.error(), "/from"), request.requestId));
        managedOne(context, request, respond,
                   [from](events::LedgerContext& ledger, Webhooks& webhooks, Webhook webhook, const Request&,
                          const auto& answer) {
                       webhook.cursor = from;
                       webhook.state = WebhookState::active;
                       webhook.attempt = 0;
                       webhook.nextAttemptAt.reset();
                       webhook.problem.reset();
                       webhooks.put(ledger, webhook);
                       answer({200, show(webhook)});
                   });
    });
}

}  // namespace deskline::api
