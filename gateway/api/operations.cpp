#include "api/operations.hpp"

#include "model/id.hpp"

namespace deskline::api {
namespace {

constexpr auto kept = std::chrono::hours(24);

}  // namespace

std::string Operations::add(std::string actor, std::string command, Time startedAt) {
    auto id = randomId(12);
    const std::lock_guard lock(mutex_);
    std::erase_if(operations_, [&](auto& entry) { return entry.second.startedAt + kept < startedAt; });
    operations_[id] = {id, std::move(actor), std::move(command), startedAt};
    return id;
}

void Operations::settle(const std::string& id, Response outcome) {
    const std::lock_guard lock(mutex_);
    const auto found = operations_.find(id);
    if (found == operations_.end()) return;
    found->second.settledAt = now();
    found->second.outcome = std::move(outcome);
}

std::optional<Operation> Operations::find(const std::string& id, const std::string& actor) const {
    const std::lock_guard lock(mutex_);
    const auto found = operations_.find(id);
    if (found == operations_.end() || found->second.actor != actor) return std::nullopt;
    return found->second;
}

boost::json::object show(const Operation& operation) {
    boost::json::object shown{{"id", operation.id}, {"command", operation.command}, {"startedAt", toJson(operation.startedAt)}};
    if (!operation.settledAt) {
        shown["state"] = "running";
        return shown;
    }
    const bool failed = operation.outcome.status >= 400;
    shown["state"] = failed ? "failed" : "succeeded";
    shown["settledAt"] = toJson(*operation.settledAt);
    shown["status"] = operation.outcome.status;
    shown[failed ? "problem" : "result"] = operation.outcome.body;
    return shown;
}

}  // namespace deskline::api
