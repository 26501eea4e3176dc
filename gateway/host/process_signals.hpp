// Which signals a process of this host is sent besides SIGINT and SIGTERM, what they ask for, and how they are held
// until somebody hears them. For signals.cpp alone. Source: POSIX signal.h; the C runtime's signal on Windows. Thread:
// main's.
#pragma once

namespace deskline::host {

extern const int furtherSignal;   // SIGHUP; Ctrl-Break on Windows
bool meansReadAgain(int signal);  // the files, instead of the end: SIGHUP
void releaseSignals();            // those that `holdSignals` has held come from now on to whoever listens

}  // namespace deskline::host
