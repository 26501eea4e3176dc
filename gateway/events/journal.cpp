#include "events/journal.hpp"

#include <spdlog/spdlog.h>

#include "model/id.hpp"
#include "model/time.hpp"

namespace deskline::events {
namespace {

constexpr int cutAtOnce = 1000;  // events; between two cuts the ledger writes what has come

// The ACD groups of an event, as the file has them: each followed by a line end.
std::string lines(const std::set<std::string>& groups) {
    std::string text;
    for (const auto& group : groups) text += group + '\n';
    return text;
}

std::set<std::string> parts(std::string_view text) {
    std::set<std::string> groups;
    for (std::size_t end = 0; (end = text.find('\n')) != std::string_view::npos; text.remove_prefix(end + 1)) groups.emplace(text.substr(0, end));
    return groups;
}

FramePtr frameOf(Statement& row) {
    Frame meta;
    meta.number = static_cast<std::uint64_t>(row.number(0));
    meta.time = row.number(1);
    meta.type = row.text(2);
    meta.subject = row.text(3);
    meta.concern = {row.text(4), parts(row.text(7))};
    meta.delivery = static_cast<Delivery>(row.number(5));
    return makeFrame(std::move(meta), row.text(6));
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(const JournalOptions& options) {
    std::string setAside;
    for (int attempt = 0;; ++attempt) {
        std::unique_ptr<Journal> journal(new Journal);
        journal->options_ = options;
        journal->setAside_ = setAside;
        bool damaged = false;
        const auto prepared = journal->prepare(damaged);
        if (prepared) return journal;
        if (attempt > 0 || !damaged) return prepared.error();
        journal.reset();
        const auto stamp = std::to_string(now().time_since_epoch().count());
        setAside = options.path.string() + ".corrupt-" + stamp;
        std::error_code error;
        std::filesystem::rename(options.path, setAside, error);
        if (error) return Fault{"journal-fault", "The journal " + options.path.string() + " is corrupt and could not be set aside: " + error.message()};
        for (const char* side : {"-wal", "-shm"}) std::filesystem::rename(options.path.string() + side, setAside + side, error);
        spdlog::error("the journal {} is corrupt; it was set aside as {} and a new one begun", options.path.string(), setAside);
    }
}

std::unique_ptr<Journal> Journal::openVolatile(Fault why) {
    auto journal = open({});
    if (!journal) throw std::runtime_error(journal.error().detail);  // no memory left
    (*journal)->volatile_ = std::move(why);
    return std::move(*journal);
}

Result<void> Journal::prepare(bool& damaged) {
    const auto durability = options_.full ? Database::Durability::full : Database::Durability::normal;
    if (auto opened = database_.open(options_.path, Database::Access::write, durability, damaged); !opened) return opened;
    if (options_.mostPages && !database_.run(("PRAGMA max_page_count = " + std::to_string(options_.mostPages)).c_str())) return database_.fault("limited");
    Statement epoch(database_, "SELECT value FROM meta WHERE key = 'epoch'");
    if (!epoch.row()) return database_.fault("read");
    epoch_ = epoch.text(0);
    // The number of the last event outlives the cutting of events.
    Statement newest(database_,
                     "SELECT MAX(COALESCE((SELECT MAX(number) FROM events), 0), COALESCE((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'newest'), 0))");
    if (newest.row()) newest_ = static_cast<std::uint64_t>(newest.number(0));
    readOldest();
    changedByOthers();
    return {};
}

void Journal::readOldest() {
    // What was cut is remembered apart: an erased event leaves a hole, and a hole is no cut.
    Statement cut(database_, "SELECT COALESCE((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'cut'), 0)");
    oldest_ = cut.row() ? static_cast<std::uint64_t>(cut.number(0)) + 1 : 1;
}

Result<void> Journal::write(const std::vector<FramePtr>& frames, const std::vector<Store*>& stores) {
    if (!database_.run("BEGIN IMMEDIATE")) return database_.fault("written");
    auto inserted = insert(volatile_ ? std::vector<FramePtr>{} : frames, stores);
    if (!inserted) {
        database_.run("ROLLBACK");
        return inserted.error().symbol == violated ? beginEpoch(inserted.error()) : inserted;
    }
    if (!database_.run("COMMIT")) {
        auto fault = database_.fault("written");
        database_.run("ROLLBACK");
        return fault;
    }
    for (auto* store : stores) store->saved();
    if (volatile_ && !frames.empty()) return *volatile_;
    if (!frames.empty()) newest_ = frames.back()->number;
    return {};
}

// For the gateway that starts next: cursors from before are of another epoch, and what lies in the file is not told on under new ones (`deskline
// journal export` still shows it). Whether the numbers told here or those in the file are right, nobody can say.
Fault Journal::beginEpoch(Fault why) {
    Statement set(database_, "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    Statement last(database_, "SELECT MAX(number) FROM events");
    if (!database_.run("BEGIN IMMEDIATE")) return why;
    const auto cut = last.row() ? last.number(0) : 0;
    last.reset();
    bool begun = set.bind("epoch", randomId(4)).done();
    set.reset();
    begun = begun && set.bind("cut", std::to_string(cut)).done();
    set.reset();
    if (!begun || !database_.run("COMMIT")) {
        database_.run("ROLLBACK");
        return why;
    }
    conflict_ = true;
    why.detail +=
        " Another program wrote events into it under the numbers of this gateway. It gets a new epoch, which the next start goes on with; "
        "this gateway ends.";
    volatile_ = why;
    return why;
}

Result<void> Journal::insert(const std::vector<FramePtr>& frames, const std::vector<Store*>& stores) {
    Statement insert(database_, "INSERT INTO events (number, time, type, subject, agent, delivery, event, groups) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    for (const auto& frame : frames) {
        insert.bind(static_cast<std::int64_t>(frame->number), frame->time, frame->type, frame->subject, frame->concern.agent,
                    static_cast<std::int64_t>(frame->delivery), frame->cloudEvent(), lines(frame->concern.groups));
        if (!insert.done()) {
            auto fault = database_.fault("written");
            insert.reset();
            return fault;
        }
        insert.reset();
    }
    for (auto* store : stores)
        if (auto saved = store->save(database_); !saved) return saved;
    return {};
}

std::vector<FramePtr> Journal::after(std::uint64_t number, std::size_t limit) const {
    std::vector<FramePtr> frames;
    Statement rows(database_, "SELECT number, time, type, subject, agent, delivery, event, groups FROM events WHERE number > ?1 ORDER BY number LIMIT ?2");
    rows.bind(static_cast<std::int64_t>(number), static_cast<std::int64_t>(limit));
    while (rows.row()) frames.push_back(frameOf(rows));
    return frames;
}

std::uint64_t Journal::before(Time time) const {
    auto low = oldest_ - 1, high = newest_;  // what is asked for lies from low to high; numbers and times rise together
    Statement next(database_, "SELECT number, time FROM events WHERE number >= ?1 ORDER BY number LIMIT 1");
    while (low < high) {
        const auto middle = low + (high - low + 1) / 2;
        next.reset();
        next.bind(static_cast<std::int64_t>(middle));
        if (next.row() && next.number(1) < time.time_since_epoch().count())
            low = static_cast<std::uint64_t>(next.number(0));
        else
            high = middle - 1;
    }
    return low;
}

std::vector<FramePtr> Journal::lastOf(std::string_view type) const {
    std::vector<FramePtr> events;
    Statement rows(database_,
                   "SELECT number, time, type, subject, agent, delivery, event, groups FROM events WHERE number IN (SELECT MAX(number) FROM events WHERE type "
                   "= ?1 GROUP BY subject) ORDER BY number");
    rows.bind(type);
    while (rows.row()) events.push_back(frameOf(rows));
    return events;
}

bool Journal::prune(std::int64_t now) {
    constexpr std::int64_t millisecondsPerDay = 86'400'000;
    Statement size(
        database_,
        "SELECT (SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count), (SELECT page_size FROM pragma_page_size)");
    const bool tooMuch = size.row() && static_cast<std::uint64_t>(size.number(0) * size.number(1)) > options_.retentionBytes;
    size.reset();
    // From the front, in order, until one is neither too old nor too much: what is left has no gap.
    std::uint64_t last = 0;
    int count = 0;
    {
        Statement front(database_, "SELECT number, time FROM events ORDER BY number LIMIT ?1");
        front.bind(cutAtOnce);
        for (; front.row() && (tooMuch || front.number(1) < now - options_.retentionDays * millisecondsPerDay); ++count)
            last = static_cast<std::uint64_t>(front.number(0));
    }
    if (!database_.run("BEGIN IMMEDIATE")) return false;
    Statement remember(database_, "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    bool kept = remember.bind("newest", std::to_string(newest_)).done();
    remember.reset();
    if (count) {
        Statement cut(database_, "DELETE FROM events WHERE number <= ?1");
        kept = kept && cut.bind(static_cast<std::int64_t>(last)).done() && remember.bind("cut", std::to_string(last)).done();
        remember.reset();
    }
    if (!kept || !database_.run("COMMIT")) {
        database_.run("ROLLBACK");
        return false;
    }
    if (count) oldest_ = last + 1;
    return count == cutAtOnce;
}

bool Journal::changedByOthers() {
    Statement version(database_, "PRAGMA data_version");
    const auto is = version.row() ? version.number(0) : 0;
    return std::exchange(dataVersion_, is) != is;
}

}  // namespace deskline::events
