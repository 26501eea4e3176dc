// The ledger: the one writer of what the gateway knows. Facts come in from the sources, numbered events go out.
// It also knows which command an event belongs to (commands.hpp), and keeps operations and the gateway's own records
// beside the events. Thread: its own; every public function may be called from any and never blocks. Guarantee: an
// event is in the journal before anybody sees it; where the journal cannot be written, the gateway goes on, says so
// (`durable`), and writes what is missing as soon as it can.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "events/health.hpp"
#include "events/history_queries.hpp"
#include "events/hub.hpp"
#include "events/journal.hpp"
#include "events/ledger_context.hpp"
#include "events/state.hpp"
#include "events/subscription.hpp"
#include "events/subscription_start.hpp"

namespace deskline::events {

using Clock = std::function<Time()>;
using Ticks = std::function<std::chrono::steady_clock::time_point()>;  // of a clock that nobody sets

class Ledger {
public:
    Ledger(std::string gateway, std::unique_ptr<Journal> journal, Hub& hub, Clock clock = now,
           Ticks ticks = std::chrono::steady_clock::now);
    ~Ledger();

    // Before the start. Observers live as long as the ledger.
    void observe(Observer& observer);
    // What answers the operations that a gateway before this one left without an outcome.
    void answerWith(std::function<Answer(const Operation&)> answers);

    // Who hears, on the ledger's thread and before anybody hears of an event, that the journal lacks events that are
    // told, and that it has them again.
    void tellDurable(std::function<void(bool durable)> told);

    void start();  // first restores what was known, from the journal
    void stop();   // after what has been recorded is written

    void record(Fact fact);
    // Work on the ledger's thread, in its place between the facts.
    void transact(std::function<void(LedgerContext&)> work);
    void settle(CommandId command, Result<std::string> object, AnswerAfter after, Answer answer);
    // `read` runs when all that it sees is durable.
    void query(std::function<void(const State&, const std::string& cursor)> read);
    // The answer goes into the shard's inbox, in its place between the frames.
    // `whose`: when it is gone, nothing is read for it any more, and nothing answered.
    void attach(std::size_t shard, Subscription subscription, std::string cursor,
                std::function<void(const SubscriptionStart&)> answer,
                std::optional<std::weak_ptr<const void>> whose = {});
    // Events after a cursor, for those who ask instead of listening; the faults are in history_queries.hpp.
    void read(HistoryQuery query, ToldPage answer);
    Readers& readers();  // who else reads the journal's file while the gateway runs

    CommandId nextCommand();
    Health health() const;

private:
    struct Thread;
    std::unique_ptr<Thread> thread_;
};

}  // namespace deskline::events
