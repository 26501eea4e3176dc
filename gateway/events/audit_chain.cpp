#include "events/audit_chain.hpp"

#include "model/id.hpp"
#include "model/number.hpp"
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

std::string AuditAnchor::text() const { return std::to_string(number) + " " + hash; }

std::optional<AuditAnchor> AuditAnchor::parse(std::string_view text) {
    const auto space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const auto number = numberIn<std::int64_t>(text.substr(0, space));
    return number ? std::optional(AuditAnchor{*number, std::string(text.substr(space + 1))}) : std::nullopt;
}

Result<std::optional<AuditAnchor>> anchorOf(const Database& database) {
    Statement anchor(database, "SELECT value FROM meta WHERE key = 'audit_anchor'");
    // -1: no entry follows from it
    if (anchor.row()) return std::optional(AuditAnchor::parse(anchor.text(0)).value_or(AuditAnchor{-1, {}}));
    if (anchor.failed()) return database.fault("read");
    return std::optional<AuditAnchor>();
}

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

}  // namespace deskline::events
