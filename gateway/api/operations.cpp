#include "api/operations.hpp"

namespace deskline::api {

boost::json::object show(const events::Operation& operation) {
    boost::json::object shown{{"id", operation.id},
                              {"command", operation.command},
                              {"state", name(operation.state)},
                              {"startedAt", toJson(operation.started)}};
    shown["cause"] = toJson(operation.cause);
    if (operation.status) {
        shown["status"] = operation.status;
        shown[operation.status >= 400 ? "problem" : "result"] = operation.body;
    }
    if (operation.settled) {
        shown["settledAt"] = toJson(*operation.settled);
        shown["durationMilliseconds"] = (*operation.settled - operation.started).count();
        shown["cursor"] = operation.cursor.empty() ? boost::json::value(nullptr) : boost::json::value(operation.cursor);
    }
    return shown;
}

void settle(events::Operation& operation, const Response& outcome, events::OperationState state,
            const std::optional<std::string>& cursor, Time time) {
    operation.state = state;
    if (state != events::OperationState::indeterminate) operation.settled = time;
    operation.status = outcome.status;
    operation.headers = outcome.headers;
    operation.body = outcome.body;
    if (const auto size = boost::json::serialize(outcome.body).size(); size > events::Operations::longestBody)
        operation.body = boost::json::object{{"omitted", "The answer had " + std::to_string(size) +
                                                             " bytes, more than are kept. Read the object itself."}};
    operation.cursor = cursor.value_or("");
}

Response outcomeOf(const events::Operation& operation) {
    Response response{operation.status, operation.body, operation.headers};
    if (operation.status >= 400) response.contentType = "application/problem+json";
    return response;
}

}  // namespace deskline::api
