// The rule of apartments: who calls COM has entered one (CoInitializeEx) on that thread. Each method that a client is
// known to call says so here first. Thread: the caller's, which is the one that is judged.
#pragma once
#include <string_view>

namespace deskline::doubles {

void called(
    std::string_view what);  // writes the call into the log; breaks the rule where the thread is in no apartment

}  // namespace deskline::doubles
