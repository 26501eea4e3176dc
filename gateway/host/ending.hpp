// How the process ends although a call into the switch, the sound system or the disk may never return. Thread: main's.
#pragma once
#include <chrono>
#include <functional>

namespace deskline::host {

// Runs `work` on a thread of its own and waits for it. False if it has not returned after `patience`, or when `hurried`
// gives true: then that thread goes on, and what it uses must not be destroyed any more.
bool within(std::chrono::milliseconds patience, std::function<void()> work, const std::function<bool()>& hurried);

// Ends the process at once, with this exit code, where a thread is still inside such a call: it uses what would be
// destroyed, so nothing is destroyed, and no function of atexit runs. What the log holds is written before. Locks of
// files go with the process, and the journal's file is as a kill leaves it: whole.
[[noreturn]] void abandonProcess(int code);

}  // namespace deskline::host
