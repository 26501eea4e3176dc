#include "events/journal.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "events/erasures.hpp"
#include "events/rows.hpp"
#include "model/failpoint.hpp"
#include "model/files.hpp"
#include "model/host_text.hpp"
#include "model/id.hpp"
#include "model/text.hpp"
#include "model/time.hpp"

namespace deskline::events {
namespace {

constexpr const char* newestSql =
    "SELECT MAX(COALESCE((SELECT MAX(number) FROM events), 0), COALESCE((SELECT CAST(value AS INTEGER) FROM meta WHERE "
    "key = 'newest'), 0))";
// The epoch, the newest number, what was cut, what was lost, whether it is a copy.
const std::string placesSql = std::string("SELECT (SELECT value FROM meta WHERE key = 'epoch'), (") + newestSql +
                              "), (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'cut'), (SELECT CAST(value AS "
                              "INTEGER) FROM meta WHERE key = "
                              "'lost_after'), (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'lost_up_to'), "
                              "EXISTS (SELECT 1 FROM meta WHERE key = '" +
                              std::string(copyMark) + "')";
constexpr std::int64_t beyondAllTold = 1'000'000'000;
constexpr int cutAtOnce = 1000;  // events; between two cuts the ledger writes what has come

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(const JournalOptions& options) {
    std::filesystem::path setAside;
    std::optional<AuditEntry> entry;
    for (int attempt = 0;; ++attempt) {
        std::unique_ptr<Journal> journal(new Journal);
        journal->options_ = options;
        journal->setAside_ = setAside;
        bool damaged = false;
        const auto prepared = journal->prepare(damaged);
        if (prepared) {
            journal->firstEntry_ = std::move(entry);
            if (journal->waits())
                (void)journal->write({},
                                     {});  // where that fails, the first group takes it along, and its failure is said
            return journal;
        }
        if (attempt > 0 || !damaged) return prepared.error();
        const auto why = prepared.error().detail;
        journal.reset();
        const auto stamp = std::to_string(milliseconds(now()));
        const auto named = [](std::filesystem::path path, std::u8string_view end) { return path += end; };
        setAside = named(options.path, u8".corrupt-") += pathOf(stamp);
        std::error_code error;
        std::filesystem::rename(options.path, setAside, error);
        if (error) {
            const auto what = "The journal " + textOf(options.path) + " is corrupt and could not be set aside: ";
            const auto* advice = ". Move it away, or give Deskline's account the right to its folder.";
            return Fault{"journal-fault", what + textOf(error) + advice};
        }
        for (const auto* side : {u8"-wal", u8"-shm"})
            std::filesystem::rename(named(options.path, side), named(setAside, side), error);
        spdlog::error(
            "{} The journal {} was set aside as {} with all that it holds: events, audit, operations and their keys, "
            "webhooks, pending states. {}",
            printable(why, 400), textOf(options.path), textOf(setAside),
            "A new one is begun without them. To go on with a backup (`deskline journal backup`), end the gateway, "
            "remove the new one with its -wal "
            "and -shm, and put the backup there.");
        entry = AuditEntry{.time = now(),
                           .actor = "deskline",
                           .action = journalSetAside,
                           .outcome = "succeeded",
                           .object = textOf(setAside.filename()),
                           .detail = why};
    }
}

std::unique_ptr<Journal> Journal::openVolatile(Fault why, const std::filesystem::path& file) {
    auto journal = open({});
    if (!journal) throw std::runtime_error(journal.error().detail);  // no memory left
    const auto there = file.empty() ? Result<std::optional<FileStamp>>(std::nullopt) : stampOf(file);
    (*journal)->keepNowhere(std::move(why), !there || (*there && (*there)->size > 0));
    return std::move(*journal);
}

void Journal::letGo(Fault why) {
    bool damaged = false;
    const auto opened = database_.open({}, Database::Access::write, Database::Durability::normal, damaged);
    if (!opened) throw std::runtime_error(opened.error().detail);
    epoch_ = randomId(4);
    oldest_ = newest_ + 1;
    lost_ = {};
    epochWaits_ = false;
    firstEntry_.reset();
    keepNowhere(std::move(why), true);
}

void Journal::keepNowhere(Fault why, bool lacksPast) {
    lacksPast_ = lacksPast;
    why.detail += " Put that right, then restart the gateway: what is told until then is kept nowhere.";
    if (lacksPast)
        why.detail +=
            " What the journal holds is not known until then: commands with an Idempotency-Key are refused, as are "
            "webhooks.";
    volatile_ = std::move(why);
}

Result<void> Journal::prepare(bool& damaged) {
    const auto durability = options_.full ? Database::Durability::full : Database::Durability::normal;
    if (auto opened = database_.open(options_.path, Database::Access::write, durability, damaged); !opened)
        return opened;
    if (options_.mostPages && !database_.run(("PRAGMA max_page_count = " + std::to_string(options_.mostPages)).c_str()))
        return database_.fault("limited");
    if (auto read = readPlaces(); !read) return read;
    if (options_.lacksEvents || isCopy_) {
        epoch_ = randomId(4);
        newest_ += beyondAllTold;
        oldest_ = newest_ + 1;
        epochWaits_ = true;
        spdlog::warn(
            "the journal {} {}; it gets a new epoch, and whoever resumes begins anew", textOf(options_.path),
            isCopy_ ? "is a copy that was put in its place" : "lacks events that were told before the last end");
    }
    changedByOthers();
    return {};
}

// A number that cannot be read is none: a smaller one would be given twice. The number of the last event outlives the
// cutting of events, and what was cut is remembered apart: an erased event leaves a hole, and a hole is no cut.
Result<void> Journal::readPlaces() {
    Statement places(database_, placesSql.c_str());
    if (!places.row()) return database_.fault("read");
    const auto number = [&](int column) { return static_cast<std::uint64_t>(places.number(column)); };
    epoch_ = places.text(0);
    newest_ = number(1);
    oldest_ = number(2) + 1;
    lost_ = {number(3), number(4)};
    isCopy_ = places.number(5) == 1;
    return {};
}

// In the transaction of the first group.
Result<void> Journal::writeBeginning() {
    if (epochWaits_ && (!remember("epoch", epoch_) || !remember("cut", std::to_string(oldest_ - 1)) ||
                        !remember("newest", std::to_string(newest_))))
        return database_.fault("written");
    if (epochWaits_ && !Statement(database_, "DELETE FROM meta WHERE key = ?1").bind(copyMark).done())
        return database_.fault("written");
    return firstEntry_ ? events::append(database_, *firstEntry_) : Result<void>();
}

bool Journal::remember(std::string_view key, const std::string& value) {
    Statement statement(database_,
                        "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    return statement.bind(key, value).done();
}

RetentionClock Journal::retentionClock() const {
    Statement kept(database_, "SELECT value FROM meta WHERE key = 'kept_time'");
    if (kept.row()) return RetentionClock::parse(kept.text(0), now());
    Statement last(database_, "SELECT time FROM events ORDER BY number DESC LIMIT 1");
    if (last.row()) return RetentionClock(Time(std::chrono::milliseconds(last.number(0))));
    return RetentionClock(kept.failed() || last.failed() ? Time() : now());
}

Result<void> Journal::write(const std::vector<FramePtr>& frames, const std::vector<Store*>& stores) {
    Transaction transaction(database_);
    if (!transaction.begun()) return database_.fault("written");
    failpoint("journal.begun");
    if (auto begun = writeBeginning(); !begun) return begun;
    std::optional<Lost> lost;
    if (!volatile_ && !frames.empty() && frames.front()->number > newest_ + 1) {
        lost = {lost_.upTo >= oldest_ ? lost_.after : newest_, frames.front()->number - 1};
        if (!remember("lost_after", std::to_string(lost->after)) || !remember("lost_up_to", std::to_string(lost->upTo)))
            return database_.fault("written");
    }
    auto inserted = insert(volatile_ ? std::vector<FramePtr>{} : frames, stores);
    if (!inserted) {
        transaction.takeBack();
        return inserted.error().symbol == violated ? beginEpoch(inserted.error()) : inserted;
    }
    failpoint("journal.inserted");
    if (!transaction.commit()) return database_.fault("written");
    failpoint("journal.committed");
    epochWaits_ = false;
    firstEntry_.reset();
    if (lost) lost_ = *lost;
    if (!frames.empty() && !volatile_) newest_ = frames.back()->number;
    for (auto* store : stores) try {
            store->saved();
        } catch (const std::bad_alloc&) {  // it saves the same again with the next group
        }
    if (volatile_) return *volatile_;
    return {};
}

// Cursors of before are of another epoch, and no event of before is told to anybody. Numbers go on beyond all that may
// have been told: they are entity tags too.
bool Journal::nextEpoch() {
    Transaction transaction(database_);
    if (!transaction.begun()) return false;
    Statement last(database_, newestSql);
    if (!last.row()) return false;
    const auto number = std::to_string(std::max(last.number(0), static_cast<std::int64_t>(newest_)) + beyondAllTold);
    last.reset();
    if (!remember("epoch", randomId(4)) || !remember("cut", number) || !remember("newest", number) ||
        !transaction.commit())
        return false;
    epochWaits_ = false;
    return true;
}

// For the gateway that starts next: cursors from before are of another epoch, and what lies in the file is not told on
// under new ones (`deskline journal export` still shows it). Whether the numbers told here or those in the file are
// right, nobody can say.
Fault Journal::beginEpoch(Fault why) {
    if (!nextEpoch()) return why;
    conflict_ = true;
    why.detail +=
        " Another program wrote events into it under the numbers of this gateway. It gets a new epoch, which the next "
        "start goes on with; "
        "this gateway ends.";
    volatile_ = why;
    return why;
}

Result<void> Journal::insert(const std::vector<FramePtr>& frames, const std::vector<Store*>& stores) {
    Statement insert(database_,
                     "INSERT INTO events (number, time, type, subject, agent, delivery, event, groups) VALUES (?1, ?2, "
                     "?3, ?4, ?5, ?6, ?7, ?8)");
    for (const auto& frame : frames) {
        insert.bind(static_cast<std::int64_t>(frame->number), frame->time, frame->type(), frame->subject,
                    agentColumn(*frame), static_cast<std::int64_t>(frame->delivery), frame->text,
                    linesOf(frame->ownership.groups));
        if (!insert.done()) {
            auto fault = database_.fault("written");
            insert.reset();
            return fault;
        }
        insert.reset();
    }
    for (auto* store : stores) {
        if (auto saved = store->save(database_); !saved) return saved;
        failpoint("journal.stored");
    }
    return {};
}

Result<std::vector<FramePtr>> Journal::after(std::uint64_t number, std::size_t limit) const {
    std::vector<FramePtr> frames;
    Statement rows(database_, ("SELECT " + eventColumns +
                               " FROM events WHERE number > ?1 AND number <= ?2 ORDER BY number LIMIT ?3")
                                  .c_str());
    rows.bind(static_cast<std::int64_t>(number), static_cast<std::int64_t>(wholeUpTo(number)),
              static_cast<std::int64_t>(limit));
    while (rows.row()) addFrame(frames, rows);
    if (rows.failed()) return database_.fault("read");
    return frames;
}

Result<std::vector<FramePtr>> Journal::lastOf(Kind kind) const {
    std::vector<FramePtr> events;
    Statement rows(database_, ("SELECT " + eventColumns +
                               " FROM events WHERE number IN (SELECT MAX(number) FROM events WHERE type = ?1 GROUP BY "
                               "subject) ORDER BY number")
                                  .c_str());
    rows.bind(typeOf(kind));
    while (rows.row()) addFrame(events, rows);
    if (rows.failed()) return database_.fault("read");
    return events;
}

// From the front, in order, until one is neither too old nor too much: what is left has no gap. An event from a time
// that has not come (the clock was set forward, and back) is as old as what came after it.
Journal::Front Journal::cutFront(std::int64_t now) const {
    const auto tooOld = now - options_.retentionDays * std::chrono::milliseconds(std::chrono::days(1)).count();
    const auto notYet = now + std::chrono::milliseconds(RetentionClock::drift).count();
    auto rest = database_.bytesOf("events");
    Front cut;
    int seen = 0;
    Statement front(database_, "SELECT number, time, bytes FROM event_sizes ORDER BY number LIMIT ?1");
    front.bind(cutAtOnce);
    while (front.row()) {
        const auto time = front.number(1);
        const bool tooMuch = rest > options_.retentionBytes;
        if (!tooMuch && time >= tooOld && time < notYet) return cut;
        ++seen;
        rest -= std::min(rest, static_cast<std::uint64_t>(front.number(2)));
        if (tooMuch || time < tooOld) cut = {static_cast<std::uint64_t>(front.number(0)), seen};
    }
    if (seen < cutAtOnce || cut.count) return cut;
    // All of them are from such a time: what came later tells.
    Statement later(database_, "SELECT time FROM events WHERE number >= ?1 ORDER BY number LIMIT 1");
    for (std::uint64_t step = cutAtOnce; oldest_ + step <= newest_; step *= 2) {
        later.reset();
        later.bind(static_cast<std::int64_t>(oldest_ + step));
        if (later.row() && later.number(0) < tooOld) return {oldest_ + cutAtOnce - 1, cutAtOnce};
    }
    return cut;
}

bool Journal::prune(std::int64_t now, const std::string& text) {
    if (conflict_ || epochWaits_) return false;  // the cut of the next epoch stands
    const auto [front, count] = cutFront(now);
    const auto last =
        std::max(front, oldest_ - 1);  // never less than was cut before: what an earlier epoch left is told to nobody
    Transaction transaction(database_);
    if (!transaction.begun()) return false;
    bool kept = remember("newest", std::to_string(newest_)) && (text.empty() || remember("kept_time", text));
    if (count) {
        Statement cut(database_, "DELETE FROM events WHERE number <= ?1");
        kept = kept && noteCut(database_, last) && cut.bind(static_cast<std::int64_t>(last)).done() &&
               remember("cut", std::to_string(last));
    }
    failpoint("prune.cut");
    if (!kept || !transaction.commit()) return false;
    failpoint("prune.committed");
    if (count) oldest_ = last + 1;
    return count == cutAtOnce;
}

bool Journal::changedByOthers() {
    Statement version(database_, "PRAGMA data_version");
    const auto is = version.row() ? version.number(0) : 0;
    return std::exchange(dataVersion_, is) != is;
}

}  // namespace deskline::events
