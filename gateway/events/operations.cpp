#include "events/operations.hpp"

#include <spdlog/spdlog.h>

namespace deskline::events {
namespace {

constexpr const char* columns =
    "SELECT id, actor, key, fingerprint, agent, command, state, started, settled, status, headers, body, cursor, cause, expectation FROM operations ";

Time timeOf(std::int64_t milliseconds) { return Time(std::chrono::milliseconds(milliseconds)); }
std::int64_t milliseconds(Time time) { return time.time_since_epoch().count(); }

template <class T>
bool parse(const std::string& text, T& out) {
    boost::json::error_code error;
    const auto value = boost::json::parse(text, error);
    std::vector<FieldError> errors;
    if (!error) fromJson(value, out, "", errors);
    return !error && errors.empty();
}

// Nothing: the row is not of this gateway's writing, or damaged.
std::optional<Operation> read(Statement& row) {
    Operation operation{row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5)};
    const auto state = named<OperationState>(row.text(6));
    bool good = state.has_value();
    operation.state = state.value_or(OperationState::indeterminate);
    operation.started = timeOf(row.number(7));
    if (const auto settled = row.number(8)) operation.settled = timeOf(settled);
    operation.status = static_cast<int>(row.number(9));
    boost::json::error_code error;
    const auto headers = boost::json::parse(row.text(10), error);
    good = good && !error && headers.is_object();
    if (good)
        for (const auto& header : headers.get_object()) {
            const auto* value = header.value().if_string();
            good = good && value;
            if (value) operation.headers.emplace_back(header.key(), *value);
        }
    operation.body = boost::json::parse(row.text(11), error);
    good = good && !error && (operation.body.is_object() || operation.body.is_null());
    operation.cursor = row.text(12);
    good = parse(row.text(13), operation.cause) && parse(row.text(14), operation.expectation) && good;
    if (good) return operation;
    spdlog::error("the operation {} in the journal cannot be read and is left alone", operation.id);
    return std::nullopt;
}

bool isLive(const Operation& operation) { return operation.state == OperationState::running || operation.state == OperationState::indeterminate; }

}  // namespace

Result<void> Operations::load(const Database& database) {
    database_ = &database;
    Statement rows(database, (std::string(columns) + "WHERE state IN ('running', 'indeterminate')").c_str());
    while (rows.row()) {
        auto operation = read(rows);
        if (!operation) continue;
        operation->state = OperationState::indeterminate;
        put(std::move(*operation));
    }
    if (rows.failed()) return database.fault("read");
    return {};
}

std::optional<Operation> Operations::find(const std::string& id) const {
    if (const auto found = dirty_.find(id); found != dirty_.end()) return found->second;
    if (const auto found = live_.find(id); found != live_.end()) return found->second;
    Statement rows(*database_, (std::string(columns) + "WHERE id = ?1").c_str());
    return rows.bind(id).row() ? read(rows) : std::nullopt;
}

std::optional<Operation> Operations::findByKey(const std::string& actor, const std::string& key) const {
    for (const auto* all : {&dirty_, &live_})
        for (const auto& [id, operation] : *all)
            if (operation.key == key && operation.actor == actor) return operation;
    Statement rows(*database_, (std::string(columns) + "WHERE actor = ?1 AND key = ?2 ORDER BY started DESC LIMIT 1").c_str());
    if (!rows.bind(actor, key).row()) return std::nullopt;
    auto operation = read(rows);
    return operation && operation->started + kept < now() ? std::nullopt : std::move(operation);
}

void Operations::put(Operation operation) {
    const auto id = operation.id;
    if (isLive(operation))
        live_[id] = operation;
    else
        live_.erase(id);
    dirty_[id] = std::move(operation);
}

std::vector<Operation> Operations::unsettled() const {
    std::vector<Operation> all;
    for (const auto& [id, operation] : live_) all.push_back(operation);
    return all;
}

void Operations::prune(Time now) { prune_ = now - kept; }

Result<void> Operations::save(Database& database) {
    Statement put(database, "INSERT OR REPLACE INTO operations VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)");
    for (const auto& [id, o] : dirty_) {
        boost::json::object headers;
        for (const auto& [name, value] : o.headers) headers[name] = value;
        put.bind(id, o.actor, o.key, o.fingerprint, o.agent, o.command, name(o.state), milliseconds(o.started), o.settled ? milliseconds(*o.settled) : 0,
                 o.status, boost::json::serialize(headers), boost::json::serialize(o.body), o.cursor, boost::json::serialize(toJson(o.cause)),
                 o.expectation ? boost::json::serialize(toJson(*o.expectation)) : std::string("null"));
        if (!put.done()) return database.fault("written");
        put.reset();
    }
    if (prune_) {
        Statement old(database, "DELETE FROM operations WHERE id IN (SELECT id FROM operations WHERE started < ?1 ORDER BY started LIMIT 10000)");
        if (!old.bind(milliseconds(*prune_)).done()) return database.fault("written");
    }
    return {};
}

void Operations::saved() {
    dirty_.clear();
    prune_.reset();
}

}  // namespace deskline::events
