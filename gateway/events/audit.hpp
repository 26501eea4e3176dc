// The audit: who did, or tried to do, what, from where, and how it went. Each entry carries the hash of the one before
// it (audit_chain.hpp), so that nobody can change or take out one without its being seen (`deskline journal verify`).
// It holds no secret and no content. It has a retention of its own (audit_cut.hpp), and what waits for a journal that
// cannot be written is bounded: then the oldest go, and one entry says how many. Thread: the ledger's, as a store;
// `verify` the caller's.
#pragma once
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "events/audit_chain.hpp"
#include "events/audit_cut.hpp"
#include "events/store.hpp"
#include "model/thread_checker.hpp"
#include "model/time.hpp"

namespace deskline::events {

// The first entry of a journal that was begun instead of a damaged one.
inline constexpr const char* journalSetAside = "journal-set-aside";

class Audit final : public Store {
public:
    // How much waits while the journal cannot be written: entries, and bytes.
    static constexpr std::size_t mostUnsaved = 10'000, mostUnsavedBytes = 16 << 20;

    void keepFor(const AuditRetention& retention) { retention_ = retention; }
    void add(AuditEntry entry);
    void prune(Time now) { prune_ = now; }  // with the next group that is written; a little at a time
    bool more() const { return more_; }     // there is more to cut

    std::size_t unsaved() const { return unsaved_.size(); }
    std::uint64_t droppedInAll() const { return droppedInAll_; }

    bool changed() const override { return !unsaved_.empty() || prune_; }
    // Chains to what the file has: another program may have written too.
    Result<void> save(Database& database) override;
    void saved() override;

private:
    [[no_unique_address]] ThreadChecker thread_;
    AuditRetention retention_;
    std::deque<AuditEntry> unsaved_;
    std::size_t unsavedBytes_ = 0;
    std::uint64_t dropped_ = 0, droppedInAll_ = 0;  // dropped_: since the journal was written last
    std::optional<Time> prune_;
    bool more_ = false;
};

struct Verified {
    std::uint64_t entries = 0, unchained = 0;  // unchained: from before there was a chain
    std::string head;                          // hash of the last: note it elsewhere, and a cut at the end is seen too
    std::optional<AuditAnchor> anchor;         // what the retention has cut; the chain goes on from it
    std::optional<std::int64_t> broken;        // number of the first entry that does not follow from the one before
    bool unnoted = false;  // the anchor is not what the last entry about a cut says: somebody moved it, or cut by hand
    // Says that the journal before this one was damaged and set aside: where it is, and why.
    std::optional<AuditEntry> setAside;
};
Result<Verified> verify(const Database& database);

}  // namespace deskline::events
