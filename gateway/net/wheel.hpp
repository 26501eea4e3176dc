// All timeouts of a shard in one wheel of seconds: nothing per connection but a slot. Thread: the shard's.
#pragma once
#include <array>
#include <memory>
#include <new>
#include <vector>

namespace deskline::net {

class Ticking {
public:
    virtual ~Ticking() = default;
    virtual int tick() = 0;  // seconds until the next one, at most 63; 0: no more
};

class Wheel {
public:
    void schedule(const std::shared_ptr<Ticking>& what, int seconds) { slots_[(at_ + static_cast<std::size_t>(seconds)) % slots_.size()].push_back(what); }

    void turn() {  // once a second; where there is no memory for it, not at all: the next turn makes up for it
        auto& due = slots_[(at_ + 1) % slots_.size()];
        late_.insert(late_.end(), due.begin(), due.end());
        due = {};
        at_ = (at_ + 1) % slots_.size();
        tick(late_);
    }

    std::size_t size() const {  // slots that are taken, for the tests
        auto taken = late_.size();
        for (const auto& slot : slots_) taken += slot.size();
        return taken;
    }

private:
    // Whoever could not be ticked, for want of memory, stays in the list: it is late, not forgotten.
    void tick(std::vector<std::weak_ptr<Ticking>>& due) {
        std::size_t kept = 0;
        for (auto& weak : due) try {
                if (const auto what = weak.lock())
                    if (const int next = what->tick()) schedule(what, next);
            } catch (const std::bad_alloc&) {
                due[kept++] = weak;
            }
        due.resize(kept);
    }

    std::vector<std::weak_ptr<Ticking>> late_;
    std::array<std::vector<std::weak_ptr<Ticking>>, 64> slots_;
    std::size_t at_ = 0;
};

}  // namespace deskline::net
