// Merges what is latest-wins: of each object at most one event in an interval, the others replace each other and the
// last one always goes. Objects come and go (each program that plays something is one), so those that hold nothing and
// are not due any more are forgotten when there are many. Takes the time from its caller. Thread: the shard's.
#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "events/frame.hpp"

namespace deskline::net {

class Conflator {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t many = 256;  // objects

    // `merged` counts the events that a later one of their object replaced; it lives longer.
    explicit Conflator(std::atomic<std::uint64_t>& merged) : merged_(merged) {}

    void setInterval(Clock::duration apart) { apart_ = apart; }

    // True: the caller sends the event now. False: it is held, instead of the one that was held of its object.
    // `free`: nothing waits before it.
    bool passes(const events::FramePtr& frame, Clock::time_point time, bool free) {
        auto& slot = of(frame->subject, time);
        if (free && slot.due <= time) {
            slot.due = time + apart_;
            return true;
        }
        if (slot.held) merged_.fetch_add(1, std::memory_order_relaxed);
        slot.held = frame;
        return false;
    }
    // The held event with the lowest number, for the caller to send; null: it is not due, or nothing is held. One that
    // is not due holds back those after it, so that a client never has a cursor beyond what it lacks.
    events::FramePtr takeDue(Clock::time_point time) {
        Slot* first = nullptr;
        for (auto& [subject, slot] : slots_)
            if (slot.held && (!first || slot.held->number < first->held->number)) first = &slot;
        return first && first->due <= time ? take(*first, time) : nullptr;
    }
    // All that is held, in the order of the numbers, due or not.
    std::vector<events::FramePtr> takeAll(Clock::time_point time) {
        std::vector<events::FramePtr> all;
        for (auto& [subject, slot] : slots_)
            if (slot.held) all.push_back(take(slot, time));
        std::ranges::sort(all, {}, [](const auto& frame) { return frame->number; });
        return all;
    }
    bool holds() const {
        return std::ranges::any_of(slots_, [](const auto& entry) { return entry.second.held != nullptr; });
    }
    void clear() { slots_.clear(); }
    std::size_t size() const { return slots_.size(); }

private:
    struct Slot {
        events::FramePtr held;
        Clock::time_point due{};  // when the next one of this object may go
    };

    Slot& of(const std::string& subject, Clock::time_point time) {
        if (slots_.size() >= sweepAt_ && !slots_.contains(subject)) {
            std::erase_if(slots_, [&](const auto& entry) { return !entry.second.held && entry.second.due <= time; });
            sweepAt_ = std::max(many, 2 * slots_.size());
        }
        return slots_[subject];
    }
    events::FramePtr take(Slot& slot, Clock::time_point time) {
        slot.due = time + apart_;
        return std::exchange(slot.held, nullptr);
    }

    std::atomic<std::uint64_t>& merged_;
    std::map<std::string, Slot> slots_;
    std::size_t sweepAt_ = many;
    Clock::duration apart_{};
};

}  // namespace deskline::net
