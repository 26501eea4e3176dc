// What is latest-wins and waits for its turn, by object: the frame that is held, and when the next one of that object
// may go. Objects come and go (each program that plays something is one), so those that hold nothing and are not due
// any more are forgotten when there are many. Thread: the shard's.
#pragma once
#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "events/frame.hpp"

namespace deskline::net {

class Conflated {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t many = 256;
    struct Slot {
        events::FramePtr held;
        Clock::time_point due{};
    };

    Slot& of(const std::string& subject, Clock::time_point time) {
        if (slots_.size() >= sweepAt_ && !slots_.contains(subject)) {
            std::erase_if(slots_, [&](const auto& entry) { return !entry.second.held && entry.second.due <= time; });
            sweepAt_ = std::max(many, 2 * slots_.size());
        }
        return slots_[subject];
    }
    std::vector<Slot*> held() {  // in the order of their numbers
        std::vector<Slot*> all;
        for (auto& [subject, slot] : slots_)
            if (slot.held) all.push_back(&slot);
        std::ranges::sort(all, {}, [](const Slot* slot) { return slot->held->number; });
        return all;
    }
    void clear() { slots_.clear(); }
    std::size_t size() const { return slots_.size(); }

private:
    std::map<std::string, Slot> slots_;
    std::size_t sweepAt_ = many;
};

}  // namespace deskline::net
