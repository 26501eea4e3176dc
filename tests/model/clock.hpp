// The clocks of this whole process stand still but for what the test lets pass: clock_gettime is the test's own, so
// every part of the gateway, Asio's timers too, lives in driven time without knowing of it. Linux only. Thread: `pass`
// and `set` the test's, while all is quiet.
#pragma once
#include <chrono>

namespace deskline::model {

void startClocks();                          // the same moment for every run
void pass(std::chrono::milliseconds time);   // for both clocks
void setWall(std::chrono::milliseconds by);  // somebody sets the wall clock; the other one goes on as it was

}  // namespace deskline::model
