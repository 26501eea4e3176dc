// What the ledger hands to whoever begins to listen. Thread: values, any.
#pragma once
#include <boost/json.hpp>
#include <memory>
#include <string>
#include <vector>

#include "events/frame.hpp"

namespace deskline::events {

struct SubscriptionStart {               // what a subscriber starts, or goes on, with
    std::string cursor;                  // up to which it has heard everything after this
    bool failed = false;                 // it could not be put together: nothing else counts
    bool resumed = false, more = false;  // more: attach again from `cursor` before the next event can be heard live
    std::string reset;  // why not resumed, when a cursor was given: "journal-truncated", "epoch-changed",
                        // "cursor-unknown", "rights-changed"
    std::shared_ptr<const std::string> snapshot;  // JSON text, {"cursor": …, …}; null when resumed
    std::vector<FramePtr> missed;  // when resumed: events after the cursor, not all of them filtered; at most a page
    boost::json::object capabilities;
};

}  // namespace deskline::events
