#include "events/operations.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace deskline::events {
namespace {

constexpr const char* columns =
    "SELECT id, actor, key, fingerprint, agent, command, state, started, settled, status, headers, body, cursor, "
    "cause, expectation, typeof(started) FROM "
    "operations ";
constexpr const char* unknownOperation =
    "Whether there is this operation, and what became of it, cannot be read just now; read the state.";
constexpr const char* unknownKey =
    "Whether this Idempotency-Key was used before cannot be read just now; read the state, and decide by that.";

Time timeOf(std::int64_t milliseconds) { return Time(std::chrono::milliseconds(milliseconds)); }

template <class T>
bool parse(const std::string& text, T& out) {
    boost::json::error_code error;
    const auto value = boost::json::parse(text, error);
    std::vector<FieldError> errors;
    if (!error) fromJson(value, out, "", errors);
    return !error && errors.empty();
}

// An expectation as its row has it.
struct ExpectationRow {
    std::string type, subject;
    AgentId agent;
    std::string event;
    std::optional<GroupName> group = {};
};
BOOST_DESCRIBE_STRUCT(ExpectationRow, (), (type, subject, agent, event, group))

ExpectationRow asRow(const Expectation& expected) {
    return {std::string(typeOf(expected.kind)),
            expected.id.empty() ? std::string() : ObjectRef{expected.kind, expected.id}.text(), expected.agent,
            expected.event, expected.group};
}

bool parse(const std::string& text, std::optional<Expectation>& out) {
    std::optional<ExpectationRow> row;
    if (!parse<std::optional<ExpectationRow>>(text, row)) return false;
    if (!row) return true;
    const auto kind = kindOfType(row->type);
    if (!kind) return false;
    const auto path = rowOf(*kind).path;
    if (!row->subject.empty() && (!row->subject.starts_with(path) || row->subject.size() == path.size())) return false;
    out = Expectation{*kind, row->subject.empty() ? std::string() : row->subject.substr(path.size()), row->agent,
                      row->event, row->group};
    return true;
}

// Nothing: the row is not of this gateway's writing, or damaged.
std::optional<Operation> read(Statement& row) {
    Operation operation{row.text(0), row.text(1), row.text(2), row.text(3), AgentId(row.text(4)), row.text(5)};
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
    good = parse(row.text(13), operation.cause) && parse(row.text(14), operation.expectation) &&
           row.text(15) == "integer" && good;
    if (good) return operation;
    spdlog::error("the operation {} in the journal cannot be read and is left alone", operation.id);
    return std::nullopt;
}

bool isLive(const Operation& operation) {
    return operation.state == OperationState::running || operation.state == OperationState::indeterminate;
}

}  // namespace

Result<void> Operations::load(const Database& database) {
    database_ = &database;
    Statement rows(database, (std::string(columns) + "WHERE state IN ('running', 'indeterminate')").c_str());
    while (rows.row()) {
        auto operation = read(rows);
        if (!operation) {
            unread_.insert(rows.text(0));
            continue;
        }
        operation->state = OperationState::indeterminate;
        put(std::move(*operation));
    }
    if (rows.failed()) return database.fault("read");
    return countAgain();
}

Result<void> Operations::countAgain() {
    std::map<std::string, std::size_t> counts;
    std::size_t count = 0;
    Statement rows(*database_, "SELECT actor, COUNT(*) FROM operations GROUP BY actor");
    while (rows.row()) count += counts[rows.text(0)] = static_cast<std::size_t>(rows.number(1));
    if (rows.failed()) return database_->fault("read");
    counts_ = std::move(counts);
    count_ = count;
    bytes_ = database_->bytesOf("operations");
    return {};
}

std::optional<Fault> Operations::full(const std::string& actor) const {
    const auto hours = std::to_string(kept.count());
    const auto own = counts_.find(actor);
    if (own != counts_.end() && own->second >= mostOfOne)
        return Fault{"too-many-requests", "Operations and idempotency keys are kept for " + hours +
                                              " hours, and yours are " + std::to_string(own->second) +
                                              " by now, as many as one account may have. Send this one without "
                                              "Idempotency-Key and respond-async, or later."};
    if (dirty_.size() >= mostUnsaved)
        return Fault{"resource-unavailable",
                     "The journal cannot be written just now, and no more operations can be kept until it can."};
    if (count_ >= most || bytes_ >= mostBytes)
        return Fault{"resource-unavailable", "Operations and idempotency keys are kept for " + hours +
                                                 " hours, and there are as many as the gateway keeps."};
    return std::nullopt;
}

bool Operations::room(const std::string& actor) const {
    const auto own = counts_.find(actor);
    const auto andATenth = [](auto bound) { return bound + bound / 10; };
    return count_ < andATenth(most) && bytes_ < andATenth(mostBytes) && dirty_.size() < andATenth(mostUnsaved) &&
           (own == counts_.end() || own->second < andATenth(mostOfOne));
}

// The operation of the only row, if there is one.
Result<std::optional<Operation>> Operations::only(Statement& rows, const char* unknown) const {
    if (rows.row()) {
        if (auto operation = read(rows)) return operation;
        return Fault{"resource-unavailable", unknown};
    }
    if (rows.failed())
        spdlog::error("{} An operation that was asked for is not known.", database_->fault("read").detail);
    if (rows.failed() || lacksPast_) return Fault{"resource-unavailable", unknown};
    return std::optional<Operation>();
}

Result<std::optional<Operation>> Operations::find(const std::string& id) const {
    thread_.check();
    if (const auto found = dirty_.find(id); found != dirty_.end()) return std::optional(found->second);
    if (const auto found = live_.find(id); found != live_.end()) return std::optional(found->second);
    Statement rows(*database_, (std::string(columns) + "WHERE id = ?1").c_str());
    rows.bind(id);
    return only(rows, unknownOperation);
}

Result<std::optional<Operation>> Operations::findByKey(const std::string& actor, const std::string& key) const {
    thread_.check();
    if (const auto known = byKey_.find({actor, key}); known != byKey_.end()) return find(known->second);
    Statement rows(*database_,
                   (std::string(columns) + "WHERE actor = ?1 AND key = ?2 ORDER BY started DESC LIMIT 1").c_str());
    rows.bind(actor, key);
    auto found = only(rows, unknownKey);
    if (found && *found && oldest_ && (*found)->started < *oldest_) return std::optional<Operation>();
    return found;
}

void Operations::put(Operation operation) {
    thread_.check();
    const auto id = operation.id;
    if (!live_.contains(id) && !dirty_.contains(id)) {
        ++counts_[operation.actor];
        ++count_;
        if (!operation.key.empty()) byKey_[{operation.actor, operation.key}] = id;
    }
    if (isLive(operation))
        live_[id] = operation;
    else
        live_.erase(id);
    dirty_[id] = std::move(operation);
}

void Operations::forget(const Operation& operation) {
    const auto known = byKey_.find({operation.actor, operation.key});
    if (known != byKey_.end() && known->second == operation.id) byKey_.erase(known);
}

std::vector<Operation> Operations::unsettled() const {
    std::vector<Operation> all;
    for (const auto& [id, operation] : live_) all.push_back(operation);
    return all;
}

void Operations::prune(Time now) { prune_ = oldest_ = now - kept; }

Result<void> Operations::save(Database& database) {
    Statement put(database,
                  "INSERT INTO operations VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) ON "
                  "CONFLICT (id) DO UPDATE SET state = "
                  "excluded.state, settled = excluded.settled, status = excluded.status, headers = excluded.headers, "
                  "body = excluded.body, cursor = "
                  "excluded.cursor");
    for (const auto& [id, o] : dirty_) {
        boost::json::object headers;
        for (const auto& [name, value] : o.headers) headers[name] = value;
        put.bind(id, o.actor, o.key, o.fingerprint, o.agent, o.command, name(o.state), milliseconds(o.started),
                 o.settled ? milliseconds(*o.settled) : 0, o.status, boost::json::serialize(headers),
                 boost::json::serialize(o.body), o.cursor, boost::json::serialize(toJson(o.cause)),
                 o.expectation ? boost::json::serialize(toJson(asRow(*o.expectation))) : std::string("null"));
        if (!put.done()) return database.fault("written");
        put.reset();
    }
    pruned_.clear();
    if (prune_) {
        Statement old(database,
                      "DELETE FROM operations WHERE id IN (SELECT id FROM operations WHERE started < ?1 AND state NOT "
                      "IN ('running', 'indeterminate') ORDER BY "
                      "started LIMIT 10000) RETURNING actor");
        Statement unread(database, "DELETE FROM operations WHERE started < ?1 AND id = ?2 RETURNING actor");
        const auto cut = [&](Statement& statement) {
            while (statement.row()) ++pruned_[statement.text(0)];
            const bool done = !statement.failed();
            statement.reset();
            return done;
        };
        if (!cut(old.bind(milliseconds(*prune_)))) return database.fault("written");
        for (const auto& id : unread_)
            if (!cut(unread.bind(milliseconds(*prune_), id))) return database.fault("written");
    }
    return {};
}

void Operations::saved() {
    for (const auto& [id, operation] : dirty_)
        if (!live_.contains(id)) forget(operation);
    dirty_.clear();
    prune_.reset();
    for (const auto& [actor, count] : std::exchange(pruned_, {})) {
        count_ -= std::min(count_, count);
        const auto own = counts_.find(actor);
        if (own == counts_.end()) continue;
        own->second -= std::min(own->second, count);
        if (own->second == 0) counts_.erase(own);
    }
    bytes_ = database_->bytesOf("operations");
}

}  // namespace deskline::events
