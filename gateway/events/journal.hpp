// The journal: every event in a SQLite file (WAL) before anybody sees it, committed in groups, and beside them the
// stores. Durability: `normal` survives the end of the process at any moment, `full` also the loss of power, at the
// cost of a disk flush a group. A corrupt file is set aside, never overwritten, and a new epoch begins. A new epoch
// also begins where the file lacks events that were told, and where it is a copy that was put in the journal's place:
// what was told after the copy was made has the numbers that would be given next. Where nothing can be written at the
// start, what an epoch begins with is written with the first group. A file that cannot be opened or read at the start
// is left as it is and not tried again: a gateway that does not know what it holds would write over it. Where another
// program wrote events into the file, under numbers that this gateway gives, the cursors of neither can be trusted: the
// file gets a new epoch, and this gateway has to end. Thread: the ledger's.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "events/audit.hpp"
#include "events/frame.hpp"
#include "events/retention_clock.hpp"
#include "events/store.hpp"

namespace deskline::events {

struct JournalOptions {
    std::filesystem::path path;  // empty: in memory, for tests
    bool full = false;
    int retentionDays = 7;
    std::uint64_t retentionBytes = 1ULL << 30;  // of events, as Database::bytesOf counts them
    AuditRetention audit = {};
    // The gateway before this one told events that are not in the file: their numbers would be given twice.
    bool lacksEvents = false;
    std::int64_t mostPages = 0;  // 0: as many as the disk takes; a test plays a full disk with it
};

class Journal {
public:
    static Result<std::unique_ptr<Journal>> open(const JournalOptions& options);
    // A journal in memory, which is never durable, for when the file cannot be opened. `write` always answers `why`,
    // and what that means.
    static std::unique_ptr<Journal> openVolatile(Fault why, const std::filesystem::path& file = {});
    // Becomes such a journal, where a start could not read all that it needs. Numbers go on; no event of before is
    // told.
    void letGo(Fault why);

    const std::string& epoch() const { return epoch_; }
    std::string at(std::uint64_t number) const { return Cursor{epoch_, number}.text(); }  // the cursor of an event
    std::uint64_t newest() const { return newest_; }  // number of the last event; 0: none
    std::uint64_t oldest() const { return oldest_; }  // number of the first event still there; newest()+1: none
    // All of it or nothing; where it fails, offer the same again with what has come since, unless `conflict`: then
    // events are never taken again.
    Result<void> write(const std::vector<FramePtr>& frames, const std::vector<Store*>& stores);
    bool conflict() const { return conflict_; }
    bool takesEvents() const { return !volatile_; }  // false: what is kept beside them is taken all the same
    const std::optional<Fault>& refusal() const { return volatile_; }  // why it takes none
    bool hasPast() const { return !lacksPast_; }  // false: there is, or may be, a file, and nobody knows what it holds
    bool waits() const { return epochWaits_ || firstEntry_; }  // for the first group: what a beginning has to write
    Result<void> append(const std::vector<FramePtr>& frames) { return write(frames, {}); }
    Result<std::vector<FramePtr>> after(std::uint64_t number, std::size_t limit) const;
    Result<std::vector<FramePtr>> lastOf(Kind kind) const;  // the newest event of each subject of a kind
    // Cuts what is too old at that time (retention_clock.hpp; `text` is it as it is kept) or too much, a little at a
    // time; true: there is more to cut.
    bool prune(std::int64_t now, const std::string& text = {});
    // As a gateway before this one left it; the present where there was none; where that cannot be read, nothing grows
    // old.
    RetentionClock retentionClock() const;
    const AuditRetention& auditRetention() const { return options_.audit; }
    // Whether what was told after that number is there: false where it was cut, or could never be written.
    bool reachesBackTo(std::uint64_t number) const {
        return number + 1 >= oldest_ && (number < lost_.after || number >= lost_.upTo);
    }
    // The last event that follows that number without a gap. What comes after a gap is told only to readers that know
    // of the gap.
    std::uint64_t wholeUpTo(std::uint64_t number) const { return number < lost_.after ? lost_.after : newest_; }
    // That number; or, where events that were told after it are missing, the last missing one.
    std::uint64_t beyondGap(std::uint64_t number) const {
        if (number + 1 < oldest_) number = oldest_ - 1;
        return number >= lost_.after && number < lost_.upTo ? lost_.upTo : number;
    }
    bool changedByOthers();  // another program wrote into the file since the last call: `deskline journal forget`
    const std::filesystem::path& setAside() const { return setAside_; }  // where a corrupt predecessor went; "": none
    const Database& database() const { return database_; }

private:
    Journal() = default;
    Result<void> prepare(bool& damaged);
    Result<void> insert(const std::vector<FramePtr>& frames, const std::vector<Store*>& stores);
    Result<void> readPlaces();
    Result<void> writeBeginning();
    void keepNowhere(Fault why, bool lacksPast);
    bool remember(std::string_view key, const std::string& value);
    struct Front {
        std::uint64_t last = 0;  // number up to which all is to be cut; 0: nothing
        int count = 0;
    };
    Front cutFront(std::int64_t now) const;
    bool nextEpoch();
    Fault beginEpoch(Fault why);

    struct Lost {  // events that were told while the journal could not be written, and then were too many to keep
        std::uint64_t after = 0, upTo = 0;
    } lost_;
    JournalOptions options_;
    Database database_;
    std::string epoch_;
    std::filesystem::path setAside_;
    std::uint64_t newest_ = 0, oldest_ = 1;
    std::int64_t dataVersion_ = 0;
    std::optional<Fault> volatile_;
    std::optional<AuditEntry> firstEntry_;  // of a journal that was begun instead of a damaged one; not written yet
    bool epochWaits_ = false;               // the epoch is a new one, and not written yet
    bool isCopy_ = false;                   // and marked as one
    bool lacksPast_ = false, conflict_ = false;
};

}  // namespace deskline::events
