// Webhooks: events posted to a receiver, in order, at least once, from a cursor that the journal keeps. A delivery
// that fails is tried again at longer and longer intervals; then the webhook is suspended, which an event tells.
// Webhooks do not wait for each other: a slow receiver delays no other. Source: Standard Webhooks (headers, signatures,
// secrets), CloudEvents HTTP binding (structured mode). Thread: the ledger's.
#pragma once
#include <deque>
#include <random>

#include "automation/webhooks/receiver.hpp"
#include "events/ledger.hpp"
#include "identity/authenticator.hpp"
#include "identity/policy.hpp"
#include "outbound/post.hpp"

namespace deskline::automation {

enum class WebhookState { active, suspended, ended };  // ended: its receiver answered 410
BOOST_DESCRIBE_ENUM(WebhookState, active, suspended, ended)

struct Owner {  // the caller who made a webhook, as it was then: the receiver gets only what this caller may see
    std::string subject;
    identity::Role role = identity::Role::integration;
    identity::Proof proof = identity::Proof::local_token;
    std::string credential;
    std::optional<std::int64_t> issued;  // of a token; absent too in webhooks from before this was kept: they count as
                                         // issued before every revocation
    std::vector<std::string> agents, groups, scopes;
};
BOOST_DESCRIBE_STRUCT(Owner, (), (subject, role, proof, credential, issued, agents, groups, scopes))

struct Webhook {
    std::string id, url, owner;   // owner: the account
    std::optional<Owner> madeBy;  // absent: made before the policy knew groups; if by a key, only admins see it
    std::vector<std::string> topics;
    std::optional<std::vector<std::string>> agents;
    std::optional<std::string> subject;
    WebhookState state = WebhookState::active;
    std::string cursor;  // of the last event that was delivered, or passed over because it does not match
    std::int64_t attempt = 0;
    std::optional<Time> nextAttemptAt;
    std::optional<std::string> problem;  // why it is suspended or ended
    Time createdAt{};
    std::vector<SigningSecret> secrets;
};
BOOST_DESCRIBE_STRUCT(Webhook, (),
                      (id, url, owner, madeBy, topics, agents, subject, state, cursor, attempt, nextAttemptAt, problem,
                       createdAt, secrets))

struct Delivery {
    std::string event, type;
    std::int64_t attempt = 1;
    Time at{};
    std::int64_t durationMilliseconds = 0;
    std::optional<std::int64_t> status;        // absent: there was no answer
    std::optional<std::string> error, answer;  // answer: its first KiB
};
BOOST_DESCRIBE_STRUCT(Delivery, (), (event, type, attempt, at, durationMilliseconds, status, error, answer))

struct WebhookOptions {
    bool allowPrivateNetworks = false;
    std::vector<std::chrono::seconds> retries;  // after the first failure, the second, …
};

using Send = std::function<void(outbound::Post, std::function<void(outbound::PostOutcome)> done)>;

class Webhooks final : public events::Observer {
public:
    static constexpr std::size_t mostOfOne = 20, most = 200;  // of one account, of all
    static constexpr std::size_t deliveriesKept = 100;        // of one webhook, each with the first KiB of its answer
    static constexpr auto rotation = std::chrono::hours(24);  // how long the secret before is valid too

    // `draining`: the gateway ends; nothing more is sent. `send` may answer on any thread, once.
    Webhooks(events::Ledger& ledger, identity::Authenticator& authenticator, const identity::Policy& policy,
             const std::atomic<bool>& draining, WebhookOptions options, Send send);

    void restored(events::LedgerContext& ledger) override;
    void tick(events::LedgerContext& ledger) override;

    const WebhookOptions& options() const { return options_; }
    // Why there is no room for one more of that owner.
    static std::optional<Fault> full(events::LedgerContext& ledger, const std::string& owner);
    // If there are as many webhooks as there may be: erases the oldest whose owner was revoked, if there is one.
    void makeRoom(events::LedgerContext& ledger);
    static std::optional<Webhook> find(events::LedgerContext& ledger, const std::string& id);
    void put(events::LedgerContext& ledger, const Webhook& webhook);  // keeps it, and delivers from now on as it says
    void erase(events::LedgerContext& ledger, const std::string& id);

private:
    struct Run {  // of one webhook, in memory
        std::deque<events::FramePtr> queue;
        std::string readUpTo;
        std::uint64_t generation = 0;  // counts changes: a reading or delivery of an earlier one is void
        bool reading = false, sending = false;
        std::shared_ptr<const int> forReading;  // lives as long as the answer of the reading is wanted
    };

    void advance(events::LedgerContext& ledger, const std::string& id);
    bool waits(const Webhook& webhook, Time now) const;
    void orphaned(events::LedgerContext& ledger, Webhook webhook);
    void read(events::LedgerContext& ledger, const Webhook& webhook, Run& run);
    void haveRead(events::LedgerContext& ledger, const std::string& id, std::uint64_t generation,
                  const Result<events::Page>& page);
    void post(events::LedgerContext& ledger, const Webhook& webhook, Run& run);
    void posted(events::LedgerContext& ledger, const std::string& id, const Delivery& delivery);
    void tell(events::LedgerContext& ledger, const Webhook& webhook, std::string_view event);

    events::Ledger& ledger_;
    identity::Authenticator& authenticator_;
    const identity::Policy& policy_;
    const std::atomic<bool>& draining_;
    const WebhookOptions options_;
    const Send send_;
    std::map<std::string, Run> runs_;
    std::size_t sendingInAll_ = 0;
    std::map<std::string, std::size_t> sending_;   // deliveries on their way, by owner, of webhooks that are gone too
    std::mt19937 random_{std::random_device{}()};  // for the jitter
};

Owner ownerFrom(const identity::Identity& caller);
// As Identity::owner says it; one without `madeBy` is of whoever has no credential.
std::string ownerOf(const Webhook& webhook);
// The same, of one as it is kept: without reading the whole of it.
std::string ownerIn(const boost::json::object& record);
boost::json::object show(const Webhook& webhook);  // never a secret

}  // namespace deskline::automation
