// The way of a caller's command: decided on what is known at that moment, announced to the ledger, carried out by a
// source, answered when its event is durable. A caller waits `Prefer: wait=N` seconds (default 10, at most 120); past
// that, or with respond-async, it gets 202 and an operation. Giving up the wait changes nothing about the command. A
// repeat with the same Idempotency-Key gets the first outcome; If-Match holds as long as nobody else changes the
// object. Source: RFC 7240, RFC 9110 §13.1.1. Thread: the shard's.
#pragma once
#include "api/context.hpp"
#include "api/request.hpp"
#include "commands/command.hpp"

namespace deskline::api {

struct Plan {  // what is to be done, and what its success looks like
    commands::Command what;
    std::function<Response(const events::CommandOutcome&, const events::State&)> success;
    std::optional<std::string> reason = {};
};
// Runs on the ledger's thread, on the state that the command starts from.
using Decide = std::function<Result<Plan>(const events::State&)>;

void command(Context& context, Request request, Respond respond, Decide decide);

// Answers the operations that a gateway before this one left without an outcome.
events::Answer lateAnswer(const events::Operation& operation);

}  // namespace deskline::api
