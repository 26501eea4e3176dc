// Counts those who look at something, and tells one listener when the first comes and when the last goes. The calls
// follow one another, and the last one is true, also when many come and go on many threads. Thread: any.
#pragma once
#include <cstddef>
#include <functional>
#include <mutex>

namespace deskline::net {

class Watchers {
public:
    void onChange(std::function<void(bool watched)> changed) { changed_ = std::move(changed); }  // before the first

    void come() { change(1, 0); }
    void go() { change(0, 1); }

private:
    // Only one thread tells at a time, and outside the lock; what changes meanwhile it tells too.
    void change(std::size_t more, std::size_t fewer) {
        std::unique_lock lock(mutex_);
        count_ += more;
        count_ -= fewer;
        if (notifying_ || !changed_) return;
        notifying_ = true;
        while (known_ != (count_ > 0)) {
            known_ = count_ > 0;
            const bool watched = known_;
            lock.unlock();
            changed_(watched);
            lock.lock();
        }
        notifying_ = false;
    }

    std::function<void(bool)> changed_;
    std::mutex mutex_;
    std::size_t count_ = 0;
    bool known_ = false, notifying_ = false;
};

}  // namespace deskline::net
