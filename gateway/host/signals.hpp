// The signals that ask the process to end (SIGINT, SIGTERM; Ctrl-C and Ctrl-Break on Windows) or to read its files
// again (SIGHUP). The process holds them from its first moment, so that none of them kills a gateway that is starting;
// main hears of them while it serves and while it ends. Source: POSIX signal.h. Thread: main's; a thread of the
// object's own listens.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

namespace deskline::host {

class Signals {
public:
    Signals();
    ~Signals();

    int asked() const { return asked_; }  // how often the process was asked to end
    // Returns when the process is asked to end, or when `look` gives false. Calls `look` about once a second, and at
    // once, with `anyway` true, after SIGHUP.
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
