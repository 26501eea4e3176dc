// Queries of past events, and those that wait for the next one: their part on the ledger's thread, which is small.
// Recent events come from memory. Older ones the readers fetch from the file (history.hpp), up to an event that is in
// it for sure; then the query comes back here for what has come meanwhile. So no event is passed over and none is told
// twice. A new event is matched once against those that wait. Thread: the ledger's, but `stop`.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "events/hub.hpp"
#include "events/journal.hpp"
#include "events/readers.hpp"
#include "events/recent.hpp"
#include "events/subscription.hpp"
#include "model/thread_checker.hpp"

namespace deskline::events {

struct HistoryQuery {  // what is asked of the past events
    Subscription subscription;
    std::string cursor;                 // "": from the oldest event there is
    std::size_t limit = 100;            // of events in the answer
    std::chrono::milliseconds wait{0};  // where there is none yet: how long to wait for one; then the page is empty
    // Instead of a cursor: from the first event of that time or later; one to come: from now on.
    std::optional<Time> since = {};
    Readers::Kind kind = Readers::Kind::request;
    std::optional<std::weak_ptr<const void>> whose = {};  // what it is for: when that is gone nobody reads on for it

    bool wanted() const { return !whose || !whose->expired(); }
};
struct Page {
    std::vector<FramePtr> frames;  // fewer than the limit: there were no more then, or these are so long, or so many
                                   // were looked at, that the rest is for the next page
    std::string cursor;            // to read on from
};
// The faults: journal-truncated (the cursor reaches back too far, or is of another epoch: the detail says which),
// invalid-argument (it is none of this gateway's), too-many-requests, shutting-down, journal-fault.
using ToldPage = std::function<void(const Result<Page>&)>;

// The reason that a client is given when it cannot be told what it has missed. A file that cannot be read counts as one
// that was cut.
std::string resetReason(const Fault& fault);

class HistoryQueries {
public:
    static constexpr std::size_t mostWaiting = 1'024;   // of one account
    static constexpr std::size_t missedAtOnce = 1'024;  // events in an answer of `missed`
    // Of a page, and one event more: an answer is not as long as the longest events make it.
    static constexpr std::size_t pageBytes = 2 << 20;

    using Steady = std::chrono::steady_clock;
    struct Lent {  // by the ledger
        const Journal& journal;
        const std::uint64_t& number;           // of the last event
        const std::vector<FramePtr>& unsaved;  // numbered, not yet in the file
        std::function<void(Work)> post;        // from any thread: work for the ledger's
        std::function<void(Work)> afterCommit;
    };
    explicit HistoryQueries(Lent lent);

    void read(HistoryQuery query, Steady::time_point until, ToldPage told);
    // The next part of what a client that comes back has missed. What comes from memory is not filtered. `told` is
    // called at once, or later on this thread.
    void missed(Subscription subscription, const std::string& cursor, std::optional<std::weak_ptr<const void>> whose,
                ToldPage told);

    void heard(const FramePtr& frame);  // a new event
    void forget();                      // something was erased from the file: it is told by nobody from now on
    void sweep();                       // those who wait for what nobody wants any more: each second
    void tellDue();                     // those for whom there was an event, and whose time is up
    Steady::time_point nextDeadline() const;
    void end();   // answers those who wait: shutting-down
    void stop();  // the readers; any thread, while the ledger's still runs
    Readers& readers() { return readers_; }

private:
    struct Asked;
    using Shared = std::shared_ptr<Asked>;
    struct ByTime {
        bool operator()(const Shared& one, const Shared& other) const;
    };

    Result<std::uint64_t> numberOf(const std::string& cursor) const;
    void begin(const Shared& asked);
    void proceed(const Shared& asked);
    void gone(const Shared& asked);
    void askReaders(const Shared& asked, Readers::Step step);
    void resume(const Shared& asked, const Result<void>& how);
    void atPresent(const Shared& asked);
    void answer(const Shared& asked);
    void refuse(const Shared& asked, Fault fault);
    void stopWaiting(const Shared& asked);
    std::vector<FramePtr> inMemory(std::uint64_t after, std::size_t limit) const;

    [[no_unique_address]] ThreadChecker thread_;
    const Lent lent_;
    Recent recent_;
    std::uint64_t erasures_ = 0;
    // By what they wait for: each new event is asked about once for all of them.
    std::map<Subscription, std::set<Shared>> waiting_;
    std::set<Shared, ByTime> byTime_;               // the same, by when their time is up
    std::map<std::string, std::size_t> waitingOf_;  // how many are an account's
    std::vector<Shared> due_;
    Readers readers_;
};

}  // namespace deskline::events
