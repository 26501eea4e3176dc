#include <csignal>
#include <initializer_list>

#include "host/process_signals.hpp"

namespace deskline::host {
namespace {

sigset_t ours() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int one : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, one);
    return signals;
}

}  // namespace

const int furtherSignal = SIGHUP;

bool meansReadAgain(int signal) { return signal == SIGHUP; }

void holdSignals() {
    const auto signals = ours();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void releaseSignals() {
    std::signal(SIGPIPE, SIG_IGN);  // a client that is gone is an error of its connection, not of the process
    const auto signals = ours();
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace deskline::host
