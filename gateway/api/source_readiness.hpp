// The checks `telephony` and `audio` of `/readyz`: a configured source is connected, or it is told since when it is
// not, and why. Thread: any. A source's facts are told here before the ledger hears of them: a client that hears that a
// source is lost finds it in the check.
#pragma once
#include "api/readiness.hpp"
#include "model/fact.hpp"

namespace deskline::api {

void expectSource(Readiness& readiness, Source source);   // before it starts: not ready until it is connected
void tellSource(Readiness& readiness, const Fact& fact);  // what is no news of a source is passed over

}  // namespace deskline::api
