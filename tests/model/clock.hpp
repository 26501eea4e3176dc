// The clocks of this process move only when the test moves them: clock_gettime is replaced, so every part of the
// gateway, Asio's timers too, runs in driven time. Linux only. Thread: `pass` and `set` the test's, while all is quiet.
#pragma once
#include <chrono>

namespace deskline::model {

void startClocks();                          // the same moment for every run
void pass(std::chrono::milliseconds time);   // for both clocks
void setWall(std::chrono::milliseconds by);  // somebody sets the wall clock; the other one goes on as it was

}  // namespace deskline::model
