// The ledger: the one writer of what the gateway knows. Facts come in from the sources, numbered events go out.
// It also knows which command an event belongs to: a command is announced before it is carried out (`begin`) and closed with its outcome
// (`settle`); the event in between, or up to two seconds later, gets its cause, and the answer waits for it.
// Thread: its own; every public function may be called from any and never blocks. Guarantee: an event is in the journal before anybody
// sees it; where the journal cannot be written, the gateway goes on, says so (`durable`), and writes what is missing as soon as it can.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "events/hub.hpp"
#include "events/journal.hpp"
#include "events/state.hpp"
#include "events/subscription.hpp"

namespace deskline::events {

struct Cause {
    std::string request, actor;
    std::optional<std::string> reason, traceparent;
};

struct Settled {                 // how a command went; `cursor`: of the event that it brought about
    Result<std::string> object;  // id of what it was about
    std::optional<std::string> cursor;
    const State& state;
};
using Expectation = std::function<bool(const Fact&)>;  // is this fact the command's doing?
using Answer = std::function<void(const Settled&)>;    // on the ledger's thread

struct Attachment {  // what a new subscriber starts with
    std::string cursor;
    bool resumed = false;
    std::string reset;                            // why not, when a cursor was given: "journal-truncated", "epoch-changed", "cursor-unknown"
    std::shared_ptr<const std::string> snapshot;  // a whole frame; null when resumed
    std::vector<FramePtr> missed;                 // when resumed: every event after the cursor, unfiltered
    boost::json::object capabilities;
};

struct Health {
    bool durable = true;
    std::string journalFault;
    std::uint64_t events = 0, unsaved = 0, commits = 0;
};

class Ledger {
public:
    Ledger(std::string gateway, std::unique_ptr<Journal> journal, Hub& hub);
    ~Ledger();

    void start();  // first restores what was known, from the journal
    void stop();   // after what has been recorded is written

    void record(Fact fact);
    void begin(CommandId command, Cause cause, Expectation expectation);
    // `eventExpected`: wait for the event up to two seconds. On failure the answer is immediate.
    void settle(CommandId command, Result<std::string> object, bool eventExpected, Answer answer);
    void query(std::function<void(const State&, const std::string& cursor)> read);
    // The answer goes into the shard's inbox, in its place between the frames.
    void attach(std::size_t shard, Subscription subscription, std::string cursor, std::function<void(Attachment)> answer);
    // Events after a cursor for long poll and export: at most `limit`, of those that match.
    void read(Subscription subscription, std::string cursor, std::size_t limit, std::function<void(Result<std::vector<FramePtr>>, std::string newest)> answer);

    CommandId nextCommand() { return ++commands_; }
    Health health() const;

private:
    struct Thread;
    std::unique_ptr<Thread> thread_;
    std::atomic<CommandId> commands_{0};
};

}  // namespace deskline::events
