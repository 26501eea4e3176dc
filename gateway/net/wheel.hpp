// All timeouts of a shard in one wheel of seconds: nothing per connection but a slot. Thread: the shard's.
#pragma once
#include <array>
#include <memory>
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

    void turn() {  // once a second
        at_ = (at_ + 1) % slots_.size();
        for (auto& weak : std::exchange(slots_[at_], {}))
            if (const auto what = weak.lock())
                if (const int next = what->tick()) schedule(what, next);
    }

private:
    std::array<std::vector<std::weak_ptr<Ticking>>, 64> slots_;
    std::size_t at_ = 0;
};

}  // namespace deskline::net
