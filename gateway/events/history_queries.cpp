#include "events/history_queries.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "events/history.hpp"

namespace deskline::events {
namespace {

const Fault notWanted{"internal", "Whoever it was read for is gone."};
constexpr auto pageBytes = HistoryQueries::pageBytes;
constexpr std::size_t atOnce = 256;       // events that the ledger's thread looks at for one reading
constexpr std::size_t chunk = 1'024;      // events in memory that are handed to the readers
constexpr std::size_t mostTurns = 1'024;  // of the readers, for one page

}  // namespace

struct HistoryQueries::Asked {
    HistoryQuery query;
    Steady::time_point until;
    ToldPage told;
    bool missed = false;        // for somebody who comes back: ends where memory begins
    bool letIn = false;         // by the readers; who was let in is not turned away half-way
    Readers::Place place = {};  // among those who read, in however many parts; who waits for the next event has none

    std::uint64_t begun = 0, from = 0;       // everything from there up to here was looked at
    std::optional<std::int64_t> since = {};  // passed over until there is an event of that time
    std::vector<FramePtr> frames = {};
    std::size_t bytes = 0;  // of them
    std::size_t turns = 0;
    std::uint64_t erasures = 0;  // as they were when it began

    const std::string& account() const { return query.subscription.visibility.account(); }
    bool full() const { return frames.size() >= query.limit || bytes >= pageBytes; }

    void look(const std::vector<FramePtr>& next) {
        for (const auto& frame : next) {
            if (full()) return;
            from = frame->number;
            if (since && frame->time < *since) continue;
            since.reset();
            if (query.subscription.matches(*frame)) add(frame);
        }
    }
    void add(const FramePtr& frame) {
        bytes += frame->text.size();
        frames.push_back(frame);
    }
};

bool HistoryQueries::ByTime::operator()(const Shared& one, const Shared& other) const {
    return std::tie(one->until, one) < std::tie(other->until, other);
}

HistoryQueries::HistoryQueries(Lent lent) : lent_(std::move(lent)), readers_(lent_.journal.database().path()) {}

Result<std::uint64_t> HistoryQueries::numberOf(const std::string& cursor) const {
    Cursor from;
    if (!Cursor::parse(cursor, from)) return Fault{"invalid-argument", "cursor-unknown"};
    if (from.epoch != lent_.journal.epoch()) return Fault{"journal-truncated", "epoch-changed"};
    if (from.number > lent_.number) return Fault{"invalid-argument", "cursor-unknown"};
    return from.number;
}

std::string resetReason(const Fault& fault) {
    return fault.slug == "journal-truncated" || fault.slug == "invalid-argument" ? fault.detail : "journal-truncated";
}

// What is in memory: the last events, and where the journal cannot be written, those that it lacks.
std::vector<FramePtr> HistoryQueries::inMemory(std::uint64_t after, std::size_t limit) const {
    auto frames = recent_.after(after, limit);
    return frames.empty() ? Recent::after(lent_.unsaved, after, limit) : frames;
}

void HistoryQueries::read(HistoryQuery query, Steady::time_point until, ToldPage told) {
    begin(std::make_shared<Asked>(Asked{std::move(query), until, std::move(told)}));
}

void HistoryQueries::missed(Subscription subscription, const std::string& cursor,
                            std::optional<std::weak_ptr<const void>> whose, ToldPage told) {
    HistoryQuery query{.subscription = std::move(subscription),
                       .cursor = cursor,
                       .limit = missedAtOnce,
                       .kind = Readers::Kind::standing,
                       .whose = std::move(whose)};
    auto asked = std::make_shared<Asked>(Asked{std::move(query), {}, std::move(told)});
    asked->missed = true;
    begin(asked);
}

void HistoryQueries::begin(const Shared& asked) {
    thread_.check();
    const auto& query = asked->query;
    const auto from = query.cursor.empty() ? Result<std::uint64_t>(lent_.journal.oldest() - 1) : numberOf(query.cursor);
    if (!from) return refuse(asked, from.error());
    asked->begun = asked->from = *from;
    asked->since.reset();
    if (query.since) asked->since = milliseconds(*query.since);
    asked->frames.clear();
    asked->bytes = 0;
    asked->erasures = erasures_;
    proceed(asked);
}

// The next part: from memory at once where it is near, by the readers where it is not.
void HistoryQueries::proceed(const Shared& asked) {
    if (asked->full() || asked->turns >= mostTurns) return answer(asked);
    if (asked->from + 1 < lent_.journal.oldest()) return gone(asked);  // cut, perhaps while it was read
    if (asked->from >= lent_.number) return atPresent(asked);
    const bool near = lent_.number - asked->from <= atOnce;
    auto next = inMemory(asked->from, asked->missed ? missedAtOnce : near ? atOnce : chunk);
    if (asked->missed && !next.empty()) {
        if (asked->frames.empty())
            for (const auto& frame : next) {
                if (asked->full()) break;
                asked->from = frame->number;
                asked->add(frame);
            }
        return answer(asked);
    }
    if (near && !next.empty()) {
        asked->look(next);
        return proceed(asked);
    }
    if (!next.empty())
        return askReaders(asked, [asked, next = std::move(next)](const auto&) -> Result<bool> {
            asked->look(next);
            return false;
        });
    if (asked->from >= lent_.journal.newest() || !lent_.journal.reachesBackTo(asked->from))
        return gone(asked);  // it was never written
    const auto history = std::make_shared<History>(
        asked->query.subscription, asked->from, lent_.journal.wholeUpTo(asked->from),
        History::Room{asked->query.limit - asked->frames.size(), pageBytes - asked->bytes}, asked->since);
    askReaders(asked, [asked, history](const Readers::Open& open) -> Result<bool> {
        const auto database = open();
        if (!database) return database.error();
        if (!history->since()) ++asked->turns;  // the search for where it begins ends by itself
        auto more = history->step(**database);
        if (!more || (*more && asked->turns < mostTurns)) return more;
        asked->from = history->at();
        asked->since = history->since();
        for (const auto& frame : history->take()) asked->add(frame);
        return false;
    });
}

// The next event is not there any more. A query with a cursor is told so; one without reads what there is.
void HistoryQueries::gone(const Shared& asked) {
    if (!asked->frames.empty()) return answer(asked);
    if (!asked->query.cursor.empty()) {
        if (asked->from > asked->begun)
            return answer(asked);  // up to here nothing is missing; who reads on hears of it
        return refuse(asked, {"journal-truncated", "journal-truncated"});
    }
    const auto beyond = lent_.journal.beyondGap(asked->from);
    const auto waits = lent_.unsaved.empty() ? lent_.number : lent_.unsaved.front()->number - 1;
    asked->from = beyond > asked->from ? beyond : std::max(asked->from, waits);
    proceed(asked);
}

void HistoryQueries::askReaders(const Shared& asked, Readers::Step step) {
    if (!std::exchange(asked->letIn, true) && asked->query.kind == Readers::Kind::request) {
        auto place = readers_.enter(asked->account());
        if (!place) return refuse(asked, place.error());
        asked->place = std::move(*place);
    }
    auto whileWanted = [asked, step = std::move(step)](const Readers::Open& open) -> Result<bool> {
        if (!asked->query.wanted()) return notWanted;
        return step(open);
    };
    readers_.ask(asked->account(), Readers::Kind::standing, std::move(whileWanted),
                 [this, asked](const Result<void>& how) { lent_.post([this, asked, how] { resume(asked, how); }); });
}

void HistoryQueries::resume(const Shared& asked, const Result<void>& how) {
    thread_.check();
    if (!how && how.error().slug != "journal-truncated") return refuse(asked, how.error());
    if (asked->erasures != erasures_) return begin(asked);  // what was found may be what was erased
    proceed(asked);
}

void HistoryQueries::atPresent(const Shared& asked) {
    asked->since.reset();
    if (!asked->query.wanted()) return refuse(asked, notWanted);
    if (!asked->frames.empty() || asked->until <= Steady::now()) return answer(asked);
    auto& own = waitingOf_[asked->account()];
    if (own >= mostWaiting && asked->query.kind == Readers::Kind::request) {
        Fault fault{"too-many-requests", "As many requests of yours as may wait for events at a time are waiting."};
        fault.retryAfter = 5;
        return refuse(asked, std::move(fault));
    }
    ++own;
    asked->place.reset();
    waiting_[asked->query.subscription].insert(asked);
    byTime_.insert(asked);
}

void HistoryQueries::answer(const Shared& asked) {
    if (asked->missed)
        return asked->told(
            Page{std::move(asked->frames),
                 lent_.journal.at(asked->from)});  // in its place between the frames, which go out after the commit
    asked->place.reset();                          // whoever is answered may ask again
    lent_.afterCommit(
        [asked, page = Page{std::move(asked->frames), lent_.journal.at(asked->from)}] { asked->told(page); });
}

void HistoryQueries::refuse(const Shared& asked, Fault fault) {
    asked->place.reset();
    if (asked->missed) return asked->told(fault);
    lent_.afterCommit([asked, fault = std::move(fault)] { asked->told(fault); });
}

void HistoryQueries::heard(const FramePtr& frame) {
    thread_.check();
    recent_.push(frame);
    for (auto group = waiting_.begin(); group != waiting_.end();) {
        const auto next = std::next(group);
        if (group->first.matches(*frame))
            for (const auto& asked : std::set(group->second)) {
                asked->from = frame->number - 1;
                stopWaiting(asked);
                due_.push_back(asked);
            }
        group = next;
    }
}

void HistoryQueries::stopWaiting(const Shared& asked) {
    byTime_.erase(asked);
    const auto group = waiting_.find(asked->query.subscription);
    group->second.erase(asked);
    if (group->second.empty()) waiting_.erase(group);
    const auto own = waitingOf_.find(asked->account());
    if (--own->second == 0) waitingOf_.erase(own);
}

void HistoryQueries::sweep() {
    thread_.check();
    for (auto next = byTime_.begin(); next != byTime_.end();) {
        const auto asked = *next++;
        if (asked->query.wanted()) continue;
        stopWaiting(asked);
        refuse(asked, notWanted);
    }
}

void HistoryQueries::tellDue() {
    thread_.check();
    for (const auto& asked : std::exchange(due_, {})) proceed(asked);
    const auto time = Steady::now();
    while (!byTime_.empty() && (*byTime_.begin())->until <= time) {
        const auto asked = *byTime_.begin();
        stopWaiting(asked);
        asked->from = lent_.number;
        answer(asked);
    }
}

HistoryQueries::Steady::time_point HistoryQueries::nextDeadline() const {
    return byTime_.empty() ? Steady::time_point::max() : (*byTime_.begin())->until;
}

void HistoryQueries::forget() {
    thread_.check();
    recent_.clear();
    ++erasures_;
}

void HistoryQueries::end() {
    thread_.check();
    while (!byTime_.empty()) {
        const auto asked = *byTime_.begin();
        stopWaiting(asked);
        refuse(asked, shuttingDown);
    }
}

void HistoryQueries::stop() { readers_.stop(); }

}  // namespace deskline::events
