#include "events/audit_cut.hpp"

#include <spdlog/spdlog.h>

namespace deskline::events {
namespace {

constexpr const char* action = "audit cut";
constexpr std::int64_t entriesAtOnce = 5000;
constexpr auto slack = std::chrono::hours(24);

}  // namespace

std::optional<AuditAnchor> notedCut(const std::string& entry) {
    const auto read = entryOf(entry, action);
    return read && read->detail ? AuditAnchor::parse(*read->detail) : std::nullopt;
}

Result<bool> cutAudit(Database& database, const AuditRetention& retention, Time time) {
    const auto tooOld = milliseconds(time - std::chrono::days(retention.days));
    auto rest = database.bytesOf("audit");
    const auto goal = retention.bytes - retention.bytes / 10;
    const bool tooMuch = rest > retention.bytes;
    std::int64_t from = 0, count = 0;
    AuditAnchor last;
    {
        Statement front(database,
                        "SELECT number, time, bytes, (SELECT hash FROM audit WHERE audit.number = audit_sizes.number) "
                        "FROM audit_sizes ORDER BY number LIMIT ?1");
        front.bind(entriesAtOnce);
        for (; front.row(); ++count) {
            const auto written = front.number(1);
            if (count == 0 && !tooMuch && written >= tooOld - std::chrono::milliseconds(slack).count()) break;
            if (!(tooMuch && rest > goal) && written >= tooOld) break;
            if (count == 0) from = front.number(0);
            last = {front.number(0), front.text(3)};
            rest -= std::min(rest, static_cast<std::uint64_t>(front.number(2)));
        }
        if (front.failed()) return database.fault("cut");
    }
    if (count == 0) return false;
    Statement cut(database, "DELETE FROM audit WHERE number <= ?1");
    Statement remember(
        database,
        "INSERT INTO meta VALUES ('audit_anchor', ?1) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    if (!cut.bind(last.number).done() || !remember.bind(last.text()).done()) return database.fault("cut");
    const auto entries = std::to_string(from) + " to " + std::to_string(last.number);
    spdlog::info("the audit's entries {} were cut: {}", entries,
                 tooMuch ? "it was larger than [journal] audit_retention_size" : "they were too old");
    if (auto noted = append(database, {.time = now(),
                                       .actor = "deskline",
                                       .action = action,
                                       .outcome = "succeeded",
                                       .object = "/audit/" + std::to_string(from) + "-" + std::to_string(last.number),
                                       .detail = last.text()});
        !noted)
        return noted.error();
    return count == entriesAtOnce;
}

}  // namespace deskline::events
