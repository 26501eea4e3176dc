#include "events/subscription_starts.hpp"

#include "events/erasures.hpp"
#include "events/snapshot.hpp"
#include "model/values_json.hpp"

namespace deskline::events {

namespace json = boost::json;

std::string SubscriptionStarts::cursor() const { return lent_.journal.at(lent_.number); }

void SubscriptionStarts::restored() { wholeAtStart_ = startAfterErasure(lent_.journal.database(), lent_.number); }

// Tells the subscriber where `work` fails, so that it comes back. Allocates nothing before `work` is tried.
template <class Do>
void SubscriptionStarts::toldIfFailed(const Attach& attach, const Do& work) {
    try {
        work();
    } catch (const std::exception&) {
        lent_.hub.work(attach.shard, [answer = attach.answer] { answer({.failed = true}); });
        throw;
    }
}

void SubscriptionStarts::attach(Attach task) {
    thread_.check();
    const auto attach = std::make_shared<const Attach>(std::move(task));
    toldIfFailed(*attach, [&] {
        const bool holds = holdsPlace(*attach);
        if (attach->cursor.empty()) return attached(*attach, std::nullopt);
        if (!holds) return attached(*attach, Result<Page>(Fault{"journal-truncated", "rights-changed"}));
        lent_.queries.missed(attach->subscription, attach->cursor, attach->whose,
                             [this, attach](const Result<Page>& missed) {
                                 if (!attach->whose || !attach->whose->expired())
                                     toldIfFailed(*attach, [&] { attached(*attach, missed); });
                             });
    });
}

// Notes by which visibility a stream hears from here on. False: its account may have heard the events up to its cursor
// by another visibility.
bool SubscriptionStarts::holdsPlace(const Attach& attach) {
    const auto& visibility = attach.subscription.visibility;
    if (!attach.whose || visibility.account().empty()) return true;
    Cursor from;
    const bool known =
        Cursor::parse(attach.cursor, from) && from.epoch == lent_.journal.epoch() && from.number <= lent_.number;
    const bool holds = !known || !lent_.visibilities.doubtful(visibility, from.number);
    lent_.visibilities.hears(visibility, known && holds ? from.number : lent_.number, lent_.number, *attach.whose);
    return holds;
}

// Whether nothing was erased of what comes after a cursor. To be asked after that was read: what was erased before the
// reading is noted by then.
bool SubscriptionStarts::isWhole(const std::string& cursor) const {
    Cursor from;
    return Cursor::parse(cursor, from) && from.number >= std::max(wholeAtStart_, wholeFrom(lent_.journal.database()));
}

// `missed`: what came after the cursor that was given.
void SubscriptionStarts::attached(const Attach& attach, const std::optional<Result<Page>>& missed) {
    thread_.check();
    SubscriptionStart reply{.cursor = cursor()};
    for (const auto& [source, is] : lent_.state.sources) reply.capabilities[name(source)] = is.capabilitiesJson();
    reply.resumed = missed && *missed && isWhole(attach.cursor);
    if (reply.resumed) {
        reply.missed = (*missed)->frames;
        reply.more = (*missed)->cursor != reply.cursor;
        reply.cursor = (*missed)->cursor;
    } else {
        if (missed) reply.reset = *missed ? "journal-truncated" : resetReason(missed->error());
        reply.snapshot = snapshots_.of(attach.subscription, [&] {
            auto body = snapshot(lent_.state, attach.subscription);
            json::object whole{{"cursor", reply.cursor}};
            for (auto& part : body) whole[part.key()] = std::move(part.value());
            return json::serialize(whole);
        });
    }
    lent_.hub.work(attach.shard, [answer = attach.answer, reply = std::move(reply)] { answer(reply); });
}

}  // namespace deskline::events
