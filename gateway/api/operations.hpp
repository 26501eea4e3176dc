// Commands that outlasted the wait of their caller: what became of them, for 24 hours. Thread: any.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "api/exchange.hpp"

namespace deskline::api {

struct Operation {
    std::string id, actor, command;
    Time startedAt{};
    std::optional<Time> settledAt = {};
    Response outcome = {};  // once settled: what a caller who waited would have got
};

class Operations {
public:
    std::string add(std::string actor, std::string command, Time startedAt);
    void settle(const std::string& id, Response outcome);
    std::optional<Operation> find(const std::string& id, const std::string& actor) const;  // only one's own

private:
    mutable std::mutex mutex_;
    std::map<std::string, Operation> operations_;
};

boost::json::object show(const Operation& operation);

}  // namespace deskline::api
