// Events that are numbered and told but not in the journal yet: those of the present group, and, while the journal
// cannot be written, as many as there is room for. Then the oldest go, a tenth at a time; the journal remembers the gap
// (Journal::reachesBackTo). Thread: the ledger's.
#pragma once
#include <algorithm>
#include <vector>

#include "events/frame.hpp"

namespace deskline::events {

class Unsaved {
public:
    static constexpr std::size_t most = 200'000, mostBytes = 256 << 20;

    void add(const FramePtr& frame) {
        frames_.push_back(frame);
        bytes_ += frame->text.size();
    }
    const std::vector<FramePtr>& frames() const { return frames_; }
    std::size_t bytes() const { return bytes_; }
    bool empty() const { return frames_.empty(); }
    void writtenUpTo(std::uint64_t number) {
        drop(static_cast<std::size_t>(
            std::ranges::find_if(frames_, [&](const auto& frame) { return frame->number > number; }) -
            frames_.begin()));
    }
    // How many had to go.
    std::size_t trim() {
        if (frames_.size() <= most && bytes_ <= mostBytes) return 0;
        std::size_t count = 0, bytes = 0;
        while (count < frames_.size() &&
               (frames_.size() - count > most - most / 10 || bytes_ - bytes > mostBytes - mostBytes / 10))
            bytes += frames_[count++]->text.size();
        drop(count);
        return count;
    }

private:
    void drop(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) bytes_ -= frames_[i]->text.size();
        frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(count));
    }

    std::vector<FramePtr> frames_;
    std::size_t bytes_ = 0;
};

}  // namespace deskline::events
