// How many look at something, and whoever has to know whether anybody does: it is told when the first comes and when
// the last goes, one call after the other and the last one true, also when many come and go on many threads. Thread:
// any.
#pragma once
#include <cstddef>
#include <functional>
#include <mutex>

namespace deskline::net {

class Watchers {
public:
    void tell(std::function<void(bool watched)> told) { told_ = std::move(told); }  // before the first

    void come() { change(1, 0); }
    void go() { change(0, 1); }

private:
    // Only one thread tells at a time, and outside the lock; what changes meanwhile it tells too.
    void change(std::size_t more, std::size_t fewer) {
        std::unique_lock lock(mutex_);
        count_ += more;
        count_ -= fewer;
        if (telling_ || !told_) return;
        telling_ = true;
        while (known_ != (count_ > 0)) {
            known_ = count_ > 0;
            const bool watched = known_;
            lock.unlock();
            told_(watched);
            lock.lock();
        }
        telling_ = false;
    }

    std::function<void(bool)> told_;
    std::mutex mutex_;
    std::size_t count_ = 0;
    bool known_ = false, telling_ = false;
};

}  // namespace deskline::net
