// The way of a command: announced to the ledger, carried out by a source, answered when its event is durable.
// A caller waits `Prefer: wait=N` seconds (default 10, at most 120); past that, or with respond-async, it gets 202 and an operation.
// Giving up the wait changes nothing about the command. Source: RFC 7240. Thread: the shard's.
#pragma once
#include "api/exchange.hpp"
#include "api/gateway.hpp"

namespace deskline::api {

using Success = std::function<Response(const events::Settled&)>;

void command(Gateway& gateway, Request request, Respond respond, std::optional<std::string> reason, telephony::Command what, Success success);
void command(Gateway& gateway, Request request, Respond respond, audio::Change what, Success success);

}  // namespace deskline::api
