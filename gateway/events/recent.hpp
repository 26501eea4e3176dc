// The last events, kept in memory up to a number and a size, for clients that come back soon. Thread: the ledger's.
#pragma once
#include <algorithm>
#include <deque>
#include <vector>

#include "events/frame.hpp"

namespace deskline::events {

class Recent {
public:
    static constexpr std::size_t kept = 16'384, keptBytes = 64 << 20;

    void push(const FramePtr& frame) {
        frames_.push_back(frame);
        bytes_ += frame->text.size();
        for (; frames_.size() > kept || bytes_ > keptBytes; frames_.pop_front()) bytes_ -= frames_.front()->text.size();
    }
    void clear() {
        frames_.clear();
        bytes_ = 0;
    }

    // At most `limit` of those after a number; empty: the next one is not here (any more).
    std::vector<FramePtr> after(std::uint64_t number, std::size_t limit) const { return after(frames_, number, limit); }

    // The same of any run of events whose numbers follow each other.
    template <class Frames>
    static std::vector<FramePtr> after(const Frames& frames, std::uint64_t number, std::size_t limit) {
        if (frames.empty() || frames.front()->number > number + 1 || frames.back()->number <= number) return {};
        const auto first = frames.begin() + static_cast<std::ptrdiff_t>(number + 1 - frames.front()->number);
        return {first, first + std::min(static_cast<std::ptrdiff_t>(limit), frames.end() - first)};
    }

private:
    std::deque<FramePtr> frames_;
    std::size_t bytes_ = 0;
};

}  // namespace deskline::events
