// From the ledger to the shards: one inbox each, drained in batches, one wake-up a batch. What goes into an inbox stays
// in order: frames, and work that has its place between them (the snapshot of a new subscriber). Thread: `deliver` the
// ledger's; `drain` the shard's.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

#include "events/frame.hpp"

namespace deskline::events {

using Work = std::function<void()>;
using Item = std::variant<FramePtr, Work>;

class Inbox {
public:
    explicit Inbox(Work wake) : wake_(std::move(wake)) {}

    void push(std::vector<Item> items);
    std::vector<Item> drain();

private:
    std::mutex mutex_;
    std::vector<Item> items_;
    Work wake_;
};

class Hub {
public:
    // Before the ledger starts; the index is the shard's number.
    std::size_t add(Work wake);
    Inbox& inbox(std::size_t shard) { return *inboxes_[shard]; }

    void frame(const FramePtr& frame);        // to every shard
    void work(std::size_t shard, Work work);  // to one, after the frames before it
    void flush();                             // hands over what has come since the last flush

private:
    std::vector<std::unique_ptr<Inbox>> inboxes_;
    std::vector<std::vector<Item>> pending_;
};

}  // namespace deskline::events
