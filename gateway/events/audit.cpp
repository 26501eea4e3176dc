#include "events/audit.hpp"

#include "model/id.hpp"
#include "model/text.hpp"

namespace deskline::events {
namespace {

// What the next entry follows: the last one, or where all were cut, the anchor.
Result<AuditAnchor> lastOf(const Database& database) {
    Statement last(database, "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1");
    if (last.row()) return AuditAnchor{last.number(0), last.text(1)};
    if (last.failed()) return database.fault("read");
    const auto anchor = anchorOf(database);
    if (!anchor) return anchor.error();
    return anchor->value_or(AuditAnchor{});
}

std::size_t bytesOf(const AuditEntry& entry) {
    auto bytes = sizeof(AuditEntry) + entry.actor.size() + entry.action.size() + entry.outcome.size();
    for (const auto* text :
         {&entry.role, &entry.object, &entry.address, &entry.origin, &entry.request, &entry.hresult, &entry.detail})
        if (*text) bytes += (*text)->size();
    return bytes;
}

// Texts that a caller gave, as an entry may hold them.
AuditEntry shown(AuditEntry entry) {
    boost::mp11::mp_for_each<boost::describe::describe_members<AuditEntry, boost::describe::mod_any_access>>(
        [&](auto member) {
            auto& value = entry.*member.pointer;
            using Value = std::remove_reference_t<decltype(value)>;
            if constexpr (std::is_same_v<Value, std::string>) value = printable(value, longestName);
            if constexpr (std::is_same_v<Value, std::optional<std::string>>)
                if (value) value = printable(*value, longestName);
        });
    return entry;
}

}  // namespace

std::optional<AuditEntry> entryOf(const std::string& text, std::string_view action) {
    if (text.find(action) == std::string::npos) return std::nullopt;
    boost::json::error_code error;
    const auto value = boost::json::parse(text, error);
    AuditEntry entry;
    std::vector<FieldError> errors;
    if (!error) fromJson(value, entry, "", errors);
    if (error || !errors.empty() || entry.action != action) return std::nullopt;
    return entry;
}

Result<void> append(Database& database, const AuditEntry& entry) {
    const auto text = boost::json::serialize(toJson(shown(entry)));
    const auto last = lastOf(database);
    if (!last) return last.error();
    const auto hash = digest(last->hash + '\n' + text);
    Statement insert(database, "INSERT INTO audit (number, time, entry, hash) VALUES (?1, ?2, ?3, ?4)");
    if (!insert.bind(std::max<std::int64_t>(last->number, 0) + 1, milliseconds(entry.time), text, hash).done())
        return database.fault("written");
    return {};
}

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
