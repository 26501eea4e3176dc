#include "automation/webhooks/deliverer.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "model/number.hpp"
#include "model/text.hpp"

namespace deskline::automation {
namespace {

const std::string webhookKind = "webhook";
constexpr std::size_t readAtOnce = 32;
constexpr std::size_t longestAnswer = 1024;  // bytes of a receiver's answer that are kept
constexpr auto readPatience = std::chrono::seconds(60);

std::string deliveries(const std::string& id) { return "delivery/" + id; }

identity::Identity identityOf(const Webhook& webhook) {
    if (!webhook.madeBy)
        return {.subject = webhook.owner,
                .role = identity::Role::integration,
                .groups = {identity::everyGroup},
                .scopes = identity::scopes()};
    const auto& by = *webhook.madeBy;
    return {.subject = by.subject,
            .role = by.role,
            .agents = {by.agents.begin(), by.agents.end()},
            .groups = {by.groups.begin(), by.groups.end()},
            .scopes = {by.scopes.begin(), by.scopes.end()},
            .proof = by.proof,
            .credential = by.credential,
            .issued = by.issued.value_or(0)};
}

// At most `longestAnswer` bytes, to a character's border.
std::string beginning(const std::string& answer) {
    auto end = std::min(answer.size(), longestAnswer);
    while (end > 0 && end < answer.size() && (static_cast<unsigned char>(answer[end]) & 0xc0) == 0x80) --end;
    return answer.substr(0, end);
}

std::string lastPart(const std::string& detail) { return printable(detail); }

}  // namespace

Owner ownerFrom(const identity::Identity& caller) {
    return {caller.subject,
            caller.role,
            caller.proof,
            caller.credential,
            caller.issued ? std::optional(caller.issued) : std::nullopt,
            {caller.agents.begin(), caller.agents.end()},
            {caller.groups.begin(), caller.groups.end()},
            {caller.scopes.begin(), caller.scopes.end()}};
}

std::string ownerOf(const Webhook& webhook) {
    return identity::Identity::ownerOf(webhook.owner, webhook.madeBy ? webhook.madeBy->credential : std::string());
}

std::string ownerIn(const boost::json::object& record) {
    const auto text = [](const boost::json::object& of, const char* name) {
        const auto* value = of.if_contains(name);
        return value && value->is_string() ? std::string(value->get_string()) : std::string();
    };
    const auto* madeBy = record.if_contains("madeBy");
    return identity::Identity::ownerOf(text(record, "owner"), madeBy && madeBy->is_object()
                                                                  ? text(madeBy->get_object(), "credential")
                                                                  : std::string());
}

boost::json::object show(const Webhook& webhook) {
    auto shown = toJson(webhook).as_object();
    shown.erase("secrets");
    shown.erase("madeBy");
    boost::json::array types;
    for (const auto& topic : webhook.topics) types.emplace_back(topic);
    shown.erase("topics");
    shown["types"] = std::move(types);
    for (const auto& secret : webhook.secrets)
        if (secret.until) shown["previousSecretUntil"] = toJson(*secret.until);
    return shown;
}

Webhooks::Webhooks(events::Ledger& ledger, identity::Authenticator& authenticator, const identity::Policy& policy,
                   const std::atomic<bool>& draining, WebhookOptions options, Send send)
    : ledger_(ledger),
      authenticator_(authenticator),
      policy_(policy),
      draining_(draining),
      options_(std::move(options)),
      send_(std::move(send)) {}

std::optional<Fault> Webhooks::full(events::LedgerContext& ledger, const std::string& owner) {
    const auto& all = ledger.records().all(webhookKind);
    const auto own = std::ranges::count_if(all, [&](const auto& entry) { return ownerIn(entry.second) == owner; });
    if (static_cast<std::size_t>(own) >= mostOfOne)
        return Fault{"invalid-argument", "You have " + std::to_string(own) +
                                             " webhooks, as many as one account may have; delete one first."};
    if (all.size() >= most)
        return Fault{"invalid-argument", "You have " + std::to_string(own) + " webhooks, and the gateway has " +
                                             std::to_string(all.size()) +
                                             " in all, as many as it keeps; an administrator can delete some."};
    return std::nullopt;
}

void Webhooks::makeRoom(events::LedgerContext& ledger) {
    const auto& all = ledger.records().all(webhookKind);
    if (all.size() < most) return;
    std::optional<Webhook> oldest;
    for (const auto& [id, record] : all) {
        auto webhook = find(ledger, id);
        if (!webhook || !webhook->madeBy || authenticator_.current(identityOf(*webhook), ledger.now())) continue;
        if (!oldest || webhook->createdAt < oldest->createdAt) oldest = std::move(webhook);
    }
    if (!oldest) return;
    spdlog::warn("webhook {} of {}, who is nobody any more, makes room for another", oldest->id, oldest->owner);
    erase(ledger, oldest->id);
}

std::optional<Webhook> Webhooks::find(events::LedgerContext& ledger, const std::string& id) {
    const auto* record = ledger.records().find(webhookKind, id);
    if (!record) return std::nullopt;
    Webhook webhook;
    std::vector<FieldError> errors;
    fromJson(boost::json::value(*record), webhook, "", errors);
    return errors.empty() ? std::optional(std::move(webhook)) : std::nullopt;
}

void Webhooks::put(events::LedgerContext& ledger, const Webhook& webhook) {
    ledger.records().put(webhookKind, webhook.id, toJson(webhook).as_object());
    auto& run = runs_[webhook.id];
    // A delivery on its way stays the only one until its outcome is known. The answer of a reading under way is
    // dropped.
    run = {.queue = {}, .readUpTo = webhook.cursor, .generation = run.generation + 1, .sending = run.sending};
    advance(ledger, webhook.id);
}

void Webhooks::erase(events::LedgerContext& ledger, const std::string& id) {
    ledger.records().erase(webhookKind, id);
    ledger.records().eraseAll(deliveries(id));
    runs_.erase(id);
}

void Webhooks::restored(events::LedgerContext& ledger) {
    for (const auto& [id, record] : ledger.records().all(webhookKind)) {
        if (const auto webhook = find(ledger, id))
            runs_[id].readUpTo = webhook->cursor;
        else
            spdlog::error("the webhook {} in the journal cannot be read and is left alone", id);
    }
    tick(ledger);
}

void Webhooks::tick(events::LedgerContext& ledger) {
    std::vector<std::string> ids;
    for (const auto& [id, run] : runs_) ids.push_back(id);
    for (const auto& id : ids) advance(ledger, id);
}

void Webhooks::advance(events::LedgerContext& ledger, const std::string& id) {
    const auto found = runs_.find(id);
    auto webhook = find(ledger, id);
    if (found == runs_.end() || !webhook || webhook->state != WebhookState::active || draining_) return;
    if (!authenticator_.current(identityOf(*webhook), ledger.now())) return orphaned(ledger, std::move(*webhook));
    auto& run = found->second;
    if (run.queue.empty() && !run.reading) return read(ledger, *webhook, run);
    if (run.queue.empty() || run.sending || waits(*webhook, ledger.now())) return;
    // Deliveries of webhooks that are gone count too. Tried again at the next tick.
    if (const auto own = sending_.find(webhook->owner);
        sendingInAll_ >= most || (own != sending_.end() && own->second >= mostOfOne))
        return;
    post(ledger, *webhook, run);
}

// Whether the webhook waits for its next attempt. An attempt that lies further ahead than the longest pause was set by
// a clock that was wrong, and is due now.
bool Webhooks::waits(const Webhook& webhook, Time now) const {
    if (!webhook.nextAttemptAt || *webhook.nextAttemptAt <= now || options_.retries.empty()) return false;
    const auto longest = std::ranges::max(options_.retries);
    return *webhook.nextAttemptAt - now <= longest + longest / 5;
}

// The key or token of the caller who made the webhook was revoked or has expired: the receiver gets nothing more.
void Webhooks::orphaned(events::LedgerContext& ledger, Webhook webhook) {
    webhook.state = WebhookState::suspended;
    webhook.nextAttemptAt.reset();
    webhook.problem = "The key or tokens of its owner were revoked or have expired.";
    tell(ledger, webhook, "suspended");
    put(ledger, webhook);
}

void Webhooks::read(events::LedgerContext&, const Webhook& webhook, Run& run) {
    run.reading = true;
    events::HistoryQuery query{
        .cursor = run.readUpTo, .limit = readAtOnce, .wait = readPatience, .kind = events::Readers::Kind::standing};
    run.forReading = std::make_shared<const int>(0);
    query.whose = run.forReading;
    query.subscription.topics = {webhook.topics.begin(), webhook.topics.end()};
    if (webhook.agents) query.subscription.only.emplace(webhook.agents->begin(), webhook.agents->end());
    query.subscription.visibility = policy_.visibility(identityOf(webhook));
    query.subscription.visibility.give(Kind::webhook, AccessLevel::own);
    query.subscription.subject = webhook.subject.value_or("");
    ledger_.read(std::move(query),
                 [this, id = webhook.id, generation = run.generation](const Result<events::Page>& page) {
                     if (!page && page.error().slug == shuttingDown.slug) return;  // its cursor stays where it is
                     ledger_.transact([this, id, generation, page](events::LedgerContext& context) {
                         haveRead(context, id, generation, page);
                     });
                 });
}

void Webhooks::haveRead(events::LedgerContext& ledger, const std::string& id, std::uint64_t generation,
                        const Result<events::Page>& page) {
    const auto found = runs_.find(id);
    if (found == runs_.end() || found->second.generation != generation) return;
    auto& run = found->second;
    run.reading = false;
    if (page) {
        run.queue.assign(page->frames.begin(), page->frames.end());
        run.readUpTo = page->cursor;
    } else if (page.error().slug != "journal-truncated" && page.error().slug != "invalid-argument") {
        return;  // the journal could not be read: the next tick tries again from the same place
    } else if (auto webhook = find(ledger, id)) {  // it was suspended for longer than the journal reaches back
        webhook->cursor = ledger.cursor();
        tell(ledger, *webhook, "journal-truncated");
        return put(ledger, *webhook);
    }
    advance(ledger, id);
}

void Webhooks::post(events::LedgerContext& ledger, const Webhook& webhook, Run& run) {
    run.sending = true;
    ++sending_[webhook.owner];
    ++sendingInAll_;
    const auto frame = run.queue.front();
    const std::string event(frame->cursor());
    const auto timestamp =
        std::to_string(std::chrono::duration_cast<std::chrono::seconds>(ledger.now().time_since_epoch()).count());
    std::vector<SigningSecret> valid;
    for (const auto& secret : webhook.secrets)
        if (!secret.until || *secret.until > ledger.now()) valid.push_back(secret);
    outbound::Post post{webhook.url, frame->text, {}, webhook.owner};
    post.headers = {{"Content-Type", "application/cloudevents+json; charset=utf-8"},
                    {"webhook-id", event},
                    {"webhook-timestamp", timestamp},
                    {"webhook-signature", sign(valid, event, timestamp, post.body)}};
    Delivery delivery{
        .event = event, .type = std::string(frame->type()), .attempt = webhook.attempt + 1, .at = ledger.now()};
    ledger.afterCommit([this, id = webhook.id, owner = webhook.owner, generation = run.generation,
                        post = std::move(post), delivery = std::move(delivery)] {
        const auto started = std::chrono::steady_clock::now();
        send_(post, [this, id, owner, generation, delivery, started](const outbound::PostOutcome& outcome) {
            auto done = delivery;
            done.durationMilliseconds =
                std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started)
                    .count();
            if (outcome.status)
                done.status = *outcome.status;
            else
                done.error = lastPart(outcome.error);
            if (!outcome.answer.empty()) done.answer = beginning(outcome.answer);
            ledger_.transact([this, id, owner, generation, done](events::LedgerContext& then) {
                --sendingInAll_;
                if (const auto own = sending_.find(owner); own != sending_.end() && --own->second == 0)
                    sending_.erase(own);
                const auto found = runs_.find(id);
                if (found == runs_.end()) return;
                found->second.sending = false;
                found->second.generation == generation ? posted(then, id, done) : advance(then, id);
            });
        });
    });
}

void Webhooks::posted(events::LedgerContext& ledger, const std::string& id, const Delivery& delivery) {
    auto webhook = find(ledger, id);
    if (!webhook) return;
    auto& run = runs_[id];
    const auto& kept = ledger.records().all(deliveries(id));
    const auto number = kept.empty() ? 0 : numberIn<std::uint64_t>(kept.rbegin()->first).value_or(0);  // of the last
    ledger.records().put(deliveries(id), fmt::format("{:012}", number + 1), toJson(delivery).as_object());
    while (ledger.records().all(deliveries(id)).size() > deliveriesKept)
        ledger.records().erase(deliveries(id), ledger.records().all(deliveries(id)).begin()->first);

    const auto keep = [&] { ledger.records().put(webhookKind, id, toJson(*webhook).as_object()); };
    if (delivery.status && *delivery.status >= 200 && *delivery.status < 300) {
        webhook->cursor = delivery.event;
        webhook->attempt = 0;
        webhook->nextAttemptAt.reset();
        webhook->problem.reset();
        run.queue.pop_front();
        keep();
        return advance(ledger, id);
    }
    webhook->problem =
        delivery.status ? "The receiver answered " + std::to_string(*delivery.status) + "." : *delivery.error;
    if (delivery.status == 410) {
        webhook->state = WebhookState::ended;
        webhook->nextAttemptAt.reset();
        tell(ledger, *webhook, "ended");
    } else if (static_cast<std::size_t>(webhook->attempt) >= options_.retries.size()) {
        webhook->state = WebhookState::suspended;
        webhook->nextAttemptAt.reset();
        tell(ledger, *webhook, "suspended");
    } else {
        const auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(
            options_.retries[static_cast<std::size_t>(webhook->attempt)]);
        std::uniform_int_distribution<std::int64_t> jitter(0, pause.count() / 5);  // up to a fifth more
        ++webhook->attempt;
        webhook->nextAttemptAt = ledger.now() + pause + std::chrono::milliseconds(jitter(random_));
    }
    keep();
}

void Webhooks::tell(events::LedgerContext& ledger, const Webhook& webhook, std::string_view event) {
    spdlog::warn("webhook {}: {} ({})", webhook.id, event, webhook.problem.value_or("-"));
    ledger.tell(
        {WebhookChanged{webhook.id, ownerOf(webhook), {{"event", event}, {"webhook", show(webhook)}}}, ledger.now()});
}

}  // namespace deskline::automation
