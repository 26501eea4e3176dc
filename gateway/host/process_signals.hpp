// What differs between the hosts about signals: which there are besides SIGINT and SIGTERM, what they ask for, and how
// they are held until a listener takes them. Source: POSIX signal.h; the C runtime's signal on
// Windows. Thread: main's.
#pragma once

namespace deskline::host {

void holdSignals();               // first thing in main: signals wait until a Signals is made
extern const int furtherSignal;   // SIGHUP; Ctrl-Break on Windows
bool meansReadAgain(int signal);  // SIGHUP: the process is to read its files again, not to end
void releaseSignals();            // the listener gets the signals that `holdSignals` has held, and all later ones

}  // namespace deskline::host
