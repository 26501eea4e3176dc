// Operations as their callers see them. Thread: any.
#pragma once
#include "api/request.hpp"
#include "events/operations.hpp"

namespace deskline::api {

boost::json::object show(const events::Operation& operation);
void settle(events::Operation& operation, const Response& outcome, events::OperationState state,
            const std::optional<std::string>& cursor, Time time);
Response outcomeOf(const events::Operation& operation);  // what a caller who waited got, again

}  // namespace deskline::api
