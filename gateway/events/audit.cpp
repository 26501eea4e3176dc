#include "events/audit.hpp"

#include "model/id.hpp"

namespace deskline::events {
namespace {

std::size_t bytesOf(const AuditEntry& entry) {
    auto bytes = sizeof(AuditEntry) + entry.actor.size() + entry.action.size() + entry.outcome.size();
    for (const auto* text :
         {&entry.role, &entry.object, &entry.address, &entry.origin, &entry.request, &entry.hresult, &entry.detail})
        if (*text) bytes += (*text)->size();
    return bytes;
}

}  // namespace

void Audit::add(AuditEntry entry) {
    thread_.check();
    unsavedBytes_ += bytesOf(entry);
    unsaved_.push_back(std::move(entry));
    while (unsaved_.size() > 1 && (unsaved_.size() > mostUnsaved || unsavedBytes_ > mostUnsavedBytes)) {
        unsavedBytes_ -= bytesOf(unsaved_.front());
        unsaved_.pop_front();
        ++dropped_;
        ++droppedInAll_;
    }
}

Result<void> Audit::save(Database& database) {
    if (dropped_) {
        const auto detail =
            std::to_string(dropped_) + " entries before this one could not be kept: the journal could not be written";
        if (auto said = append(database, {.time = unsaved_.front().time,
                                          .actor = "deskline",
                                          .action = "audit",
                                          .outcome = "lost",
                                          .detail = detail});
            !said)
            return said;
    }
    for (const auto& entry : unsaved_)
        if (auto appended = append(database, entry); !appended) return appended;
    more_ = false;
    if (!prune_) return {};
    const auto more = cutAudit(database, retention_, *prune_);
    if (!more) return more.error();
    more_ = *more;
    return {};
}

void Audit::saved() {
    unsaved_.clear();
    unsavedBytes_ = 0;
    dropped_ = 0;
    prune_.reset();
}

Result<Verified> verify(const Database& database) {
    Verified verified;
    const auto anchor = anchorOf(database);
    if (!anchor) return anchor.error();
    verified.anchor = *anchor;
    std::int64_t before = verified.anchor ? verified.anchor->number : 0;
    if (verified.anchor) verified.head = verified.anchor->hash;
    std::optional<AuditAnchor> noted;
    Statement rows(database, "SELECT number, entry, hash FROM audit ORDER BY number");
    while (rows.row()) {
        const auto number = rows.number(0);
        const auto hash = rows.text(2), entry = rows.text(1);
        ++verified.entries;
        if (hash.empty() && verified.head.empty()) {
            ++verified.unchained;
        } else if (hash != digest(verified.head + '\n' + entry) || number != before + 1) {
            verified.broken = number;
            return verified;
        }
        if (auto cut = notedCut(entry)) noted = std::move(cut);
        if (auto setAside = entryOf(entry, journalSetAside)) verified.setAside = std::move(setAside);
        verified.head = hash;
        before = number;
    }
    if (rows.failed()) return database.fault("read to the end");
    verified.unnoted = noted != verified.anchor;
    return verified;
}

}  // namespace deskline::events
