// All timeouts of a shard in one wheel of seconds: nothing per connection but a slot. Thread: the shard's.
#pragma once
#include <array>
#include <memory>
#include <new>
#include <vector>

#include "model/thread_checker.hpp"

namespace deskline::net {

class Timed {
public:
    virtual ~Timed() = default;
    virtual int tick() = 0;  // seconds until the next one, at most 63; 0: no more
};

class TimerWheel {
public:
    void schedule(const std::shared_ptr<Timed>& what, int seconds) {
        thread_.check();
        slots_[(at_ + static_cast<std::size_t>(seconds)) % slots_.size()].push_back(what);
    }

    void turn() {  // once a second; where there is no memory for it, not at all: the next turn makes up for it
        thread_.check();
        auto& due = slots_[(at_ + 1) % slots_.size()];
        late_.reserve(late_.size() + due.size());
        for (auto& what : due) late_.push_back({std::move(what)});
        due = {};
        at_ = (at_ + 1) % slots_.size();
        tick();
    }

    std::size_t size() const {  // slots that are taken, for the tests
        auto taken = late_.size();
        for (const auto& slot : slots_) taken += slot.size();
        return taken;
    }

private:
    struct Late {
        std::weak_ptr<Timed> what;
        int next = 0;  // it was ticked, and has no slot yet for the next time
    };
    // What could not be ticked, or got no slot, for want of memory stays in the list: it is ticked later, and once.
    void tick() {
        std::size_t kept = 0;
        for (auto& late : late_) try {
                const auto what = late.what.lock();
                if (!what) continue;
                if (!late.next) late.next = what->tick();
                if (late.next) schedule(what, late.next);
            } catch (const std::bad_alloc&) {
                std::swap(late_[kept++], late);
            }
        late_.resize(kept);
    }

    std::vector<Late> late_;
    std::array<std::vector<std::weak_ptr<Timed>>, 64> slots_;
    std::size_t at_ = 0;
    [[no_unique_address]] ThreadChecker thread_;
};

}  // namespace deskline::net
