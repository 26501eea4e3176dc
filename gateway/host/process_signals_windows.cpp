#include <csignal>

#include "host/process_signals.hpp"

namespace deskline::host {

const int furtherSignal = SIGBREAK;

bool meansReadAgain(int) { return false; }

// Windows cannot hold a signal: one that comes before a listener is there ends the process.
void holdSignals() {}
void releaseSignals() {}

}  // namespace deskline::host
