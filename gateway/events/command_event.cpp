#include "events/command_event.hpp"

#include "model/time.hpp"

namespace deskline::events {
namespace {

namespace json = boost::json;

bool says(const json::object& object, std::string_view key, const std::string& value) {
    const auto* is = object.if_contains(key);
    return is && is->is_string() && std::string_view(is->get_string()) == value;
}

bool isOf(const Operation& operation, const std::string& event) {
    json::error_code error;
    const auto parsed = json::parse(event, error);
    if (error || !parsed.is_object()) return false;
    const auto* data = parsed.get_object().if_contains("data");
    if (!data || !data->is_object() || !says(data->get_object(), "event", operation.expectation->event)) return false;
    const auto* cause = data->get_object().if_contains("cause");
    if (!cause || !cause->is_object()) return false;
    return says(cause->get_object(), "request", operation.cause.request) &&
           says(cause->get_object(), "actor", operation.cause.actor);
}

// A caller may give several commands one X-Request-Id; which of them an event is of is not known then.
bool isAlone(const Database& database, const Operation& operation) {
    Statement others(database, "SELECT COUNT(*) FROM operations WHERE actor = ?1 AND instr(cause, ?2) > 0");
    return others.bind(operation.actor, operation.cause.request).row() && others.number(0) == 1;
}

}  // namespace

// From the newest back to the command's beginning, in this epoch.
std::optional<CommandEvent> commandEventOf(const Database& database, const Operation& operation) {
    if (!operation.expectation || !isAlone(database, operation)) return std::nullopt;
    const auto& expected = *operation.expectation;
    const bool ofAny = expected.id.empty();
    const auto sql = std::string("SELECT number, time, subject, event FROM events WHERE type = ?1 AND ") +
                     (ofAny ? "agent" : "subject") +
                     " = ?2 AND instr(event, ?3) > 0 AND number > COALESCE((SELECT CAST(value AS INTEGER) FROM meta "
                     "WHERE key = 'cut'), 0) ORDER BY number DESC";
    Statement rows(database, sql.c_str());
    rows.bind(typeOf(expected.kind), ofAny ? std::string(expected.agent) : ObjectRef{expected.kind, expected.id}.text(),
              operation.cause.request);
    const auto started = milliseconds(operation.started);
    const auto path = rowOf(expected.kind).path;
    while (rows.row() && rows.number(1) >= started)
        if (const auto subject = rows.text(2); subject.starts_with(path) && isOf(operation, rows.text(3)))
            return CommandEvent{static_cast<std::uint64_t>(rows.number(0)), subject.substr(path.size())};
    return std::nullopt;
}

}  // namespace deskline::events
