// What the process is asked for from outside: to end (SIGINT, SIGTERM; Ctrl-C and Ctrl-Break on Windows), to read its
// files again (SIGHUP). Held from the first moment, so that none of them ends a gateway that is starting; told to main
// while it serves and while it ends. Source: POSIX signal.h. Thread: main's, apart from its own that listens.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

namespace deskline::host {

void holdSignals();  // first thing in main: until there is somebody who hears them, they wait

class Signals {
public:
    Signals();
    ~Signals();

    int asked() const { return asked_; }  // how often the process was asked to end
    // Until it is asked to end. Once a second, and at SIGHUP `anyway`: looks after files that may have changed; false:
    // it has to end by itself.
    void wait(const std::function<bool(bool anyway)>& look);

private:
    struct Listener;
    std::mutex mutex_;
    std::condition_variable heard_;
    bool again_ = false;
    std::atomic<int> asked_{0};
    std::unique_ptr<Listener> listener_;
};

}  // namespace deskline::host
