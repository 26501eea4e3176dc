#include "events/audit.hpp"

#include "model/id.hpp"

namespace deskline::events {
namespace {

std::string lastHash(const Database& database) {
    Statement last(database, "SELECT hash FROM audit ORDER BY number DESC LIMIT 1");
    return last.row() ? last.text(0) : std::string();
}

}  // namespace

Result<void> append(Database& database, const AuditEntry& entry) {
    const auto text = boost::json::serialize(toJson(entry));
    const auto hash = digest(lastHash(database) + '\n' + text);
    Statement insert(database, "INSERT INTO audit (time, entry, hash) VALUES (?1, ?2, ?3)");
    if (!insert.bind(entry.time.time_since_epoch().count(), text, hash).done()) return database.fault("written");
    return {};
}

Result<void> Audit::save(Database& database) {
    for (const auto& entry : unsaved_)
        if (auto appended = append(database, entry); !appended) return appended;
    return {};
}

Verified verify(const Database& database) {
    Verified verified;
    std::int64_t before = 0;
    Statement rows(database, "SELECT number, entry, hash FROM audit ORDER BY number");
    while (rows.row()) {
        const auto number = rows.number(0);
        const auto hash = rows.text(2);
        ++verified.entries;
        if (hash.empty() && verified.head.empty()) {
            ++verified.unchained;
        } else if (hash != digest(verified.head + '\n' + rows.text(1)) || number != before + 1) {
            verified.broken = number;
            return verified;
        }
        verified.head = hash;
        before = number;
    }
    return verified;
}

}  // namespace deskline::events
