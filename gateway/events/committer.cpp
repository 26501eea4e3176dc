#include "events/committer.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace deskline::events {

Committer::Committer(Journal& journal, Operations& operations, Records& records, Audit& audit)
    : journal_(journal), operations_(operations), audit_(audit), stores_{&operations, &records, &audit} {
    health_.events = journal.newest();
    if (const auto& refusal = journal.refusal()) {
        health_.durable = false;
        health_.journalFault = refusal->detail;
    }
}

void Committer::letGo(const Fault& why) {
    journal_.letGo(why);
    notDurable(journal_.refusal()->detail);
    durable_(false);
}

void Committer::notDurable(const std::string& why) {
    spdlog::error("{} Events are served but not durable.", why);
    const std::lock_guard lock(mutex_);
    health_.durable = false;
    health_.journalFault = why;
}

Result<void> Committer::commit() {
    std::vector<Store*> changed;
    std::ranges::copy_if(stores_, std::back_inserter(changed), [](const Store* store) { return store->changed(); });
    if (unsaved_.empty() && changed.empty() && !journal_.waits()) return {};
    if (Steady::now() < nextTry_) return Fault{"journal-fault", health_.journalFault};
    auto saved = write(changed);
    if (journal_.takesEvents()) durable_(saved.has_value());
    const std::lock_guard lock(mutex_);
    if (saved) {
        if (!health_.durable) spdlog::info("the journal can be written again; what had to wait was written late");
        health_.durable = true;
        health_.journalFault.clear();
        ++health_.commits;
    } else {
        if (health_.durable)
            spdlog::error("{} Events are served but not durable until it can be written again.", saved.error().detail);
        health_.durable = false;
        health_.journalFault = saved.error().detail;
        health_.conflict = journal_.conflict();
        nextTry_ = Steady::now() + tryEvery;
    }
    return saved;
}

// Events that had to wait go in groups that do not keep others waiting for long; what is changed beside them with the
// last.
Result<void> Committer::write(const std::vector<Store*>& changed) {
    constexpr std::size_t group = 10'000;
    const auto takeNote = [this] {
        if (journal_.takesEvents()) unsaved_.writtenUpTo(journal_.newest());
    };
    takeNote();  // where there was no memory to do it before
    while (journal_.takesEvents() && unsaved_.frames().size() > group) {
        const std::vector<FramePtr> first(unsaved_.frames().begin(), unsaved_.frames().begin() + group);
        if (auto written = journal_.append(first); !written) return written;
        takeNote();
    }
    auto written = journal_.write(unsaved_.frames(), changed);
    takeNote();
    return written;
}

void Committer::trim(std::uint64_t newest) {
    const auto lost = unsaved_.trim();
    if (lost)
        spdlog::error(
            "{} events were given up: they were told, but the journal cannot be written and there is no more room to "
            "wait",
            lost);
    const std::lock_guard lock(mutex_);
    health_.lost += lost;
    health_.lostAudit = audit_.droppedInAll();
    health_.events = newest;
    health_.unsaved = unsaved_.frames().size();
    health_.unsavedBytes = unsaved_.bytes();
    health_.unsavedAudit = audit_.unsaved();
    health_.unsavedOperations = operations_.unsaved();
}

void Committer::measured(std::uint64_t eventBytes, std::uint64_t auditBytes) {
    const std::lock_guard lock(mutex_);
    health_.eventBytes = eventBytes;
    health_.auditBytes = auditBytes;
    health_.operations = operations_.size();
}

void Committer::workFailed() {
    const std::lock_guard lock(mutex_);
    ++health_.failedTasks;
}

Health Committer::health() const {
    const std::lock_guard lock(mutex_);
    return health_;
}

}  // namespace deskline::events
