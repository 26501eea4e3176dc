#include "events/hub.hpp"

#include <iterator>
#include <utility>

namespace deskline::events {

void Inbox::push(std::vector<Item> items) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        wake = items_.empty();
        if (wake)
            items_ = std::move(items);
        else
            items_.insert(items_.end(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
    }
    if (wake) wake_();
}

std::vector<Item> Inbox::drain() {
    const std::lock_guard lock(mutex_);
    return std::exchange(items_, {});
}

std::size_t Hub::add(Work wake) {
    inboxes_.push_back(std::make_unique<Inbox>(std::move(wake)));
    pending_.emplace_back();
    return inboxes_.size() - 1;
}

void Hub::frame(const FramePtr& frame) {
    for (auto& items : pending_) items.emplace_back(frame);
}

void Hub::work(std::size_t shard, Work work) { pending_[shard].emplace_back(std::move(work)); }

void Hub::flush() {
    for (std::size_t shard = 0; shard < inboxes_.size(); ++shard)
        if (!pending_[shard].empty()) inboxes_[shard]->push(std::exchange(pending_[shard], {}));
}

}  // namespace deskline::events
