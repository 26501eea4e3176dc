// How a subscriber begins to listen, or goes on after a cursor: what comes from here on it hears live, what came before
// it gets once, as a snapshot or as the events that it missed. Thread: the ledger's.
#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "events/history_queries.hpp"
#include "events/hub.hpp"
#include "events/journal.hpp"
#include "events/snapshots.hpp"
#include "events/state.hpp"
#include "events/subscription_start.hpp"
#include "events/visibility_log.hpp"
#include "model/thread_checker.hpp"

namespace deskline::events {

struct Attach {  // who begins, and where
    std::size_t shard;
    Subscription subscription;
    std::string cursor;  // "": from the beginning, with a snapshot
    std::function<void(const SubscriptionStart&)> answer;
    // The stream; when it is gone, nothing is read for it any more, and nothing answered.
    std::optional<std::weak_ptr<const void>> whose;
};

class SubscriptionStarts {
public:
    struct Lent {  // by the ledger
        const Journal& journal;
        const State& state;
        const std::uint64_t& number;  // of the last event
        Hub& hub;
        VisibilityLog& visibilities;
        HistoryQueries& queries;
    };
    explicit SubscriptionStarts(Lent lent) : lent_(lent) {}

    void restored();                        // the start: notes in the journal what was erased before it
    void changed() { snapshots_.clear(); }  // the state
    void attach(Attach task);  // the answer goes into the shard's inbox, at once or after what was missed is read

private:
    template <class Do>
    void toldIfFailed(const Attach& attach, const Do& work);
    bool holdsPlace(const Attach& attach);
    bool isWhole(const std::string& cursor) const;
    void attached(const Attach& attach, const std::optional<Result<Page>>& missed);
    std::string cursor() const;

    [[no_unique_address]] ThreadChecker thread_;
    const Lent lent_;
    Snapshots snapshots_;             // at the present cursor
    std::uint64_t wholeAtStart_ = 0;  // erasures.hpp
};

}  // namespace deskline::events
