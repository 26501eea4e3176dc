#include <csignal>

#include "host/process_signals.hpp"
#include "host/signals.hpp"

namespace deskline::host {

const int furtherSignal = SIGBREAK;

bool meansReadAgain(int) { return false; }

// Nothing holds a signal there; before somebody listens, it ends the process.
void holdSignals() {}
void releaseSignals() {}

}  // namespace deskline::host
