#include "telephony/tapi3/details.hpp"

#include <spdlog/spdlog.h>

namespace deskline::telephony {

bool Details::inOrder(const std::string& name, const com::ComPtr<IUnknown>& object, bool slow, Work work) {
    {
        std::unique_lock lock(mutex_);
        if (stopped_) return true;
        if (!slow && !objects_.contains(object.Get())) {
            lock.unlock();
            work();
            return true;
        }
        if (count_ == most) return false;
        ++count_;
        ++objects_[object.Get()];
        auto& lane = lanes_[name];
        lane.waiting.push_back({object, std::move(work)});
        if (std::exchange(lane.posted, true)) return true;
    }
    post_(name, [this, name] { run(name); });
    return true;
}

void Details::run(const std::string& name) {
    for (;;) {
        Waiting next;  // released outside the lock
        {
            const std::lock_guard lock(mutex_);
            const auto lane = lanes_.find(name);
            if (lane == lanes_.end()) return;
            if (lane->second.waiting.empty()) return void(lanes_.erase(lane));
            next = std::move(lane->second.waiting.front());
            lane->second.waiting.pop_front();
        }
        try {
            next.work();
        } catch (const std::exception& error) {
            spdlog::error("what TAPI told could not be read: {}", error.what());
        }
        const std::lock_guard lock(mutex_);
        if (stopped_) return;
        --count_;
        if (const auto of = objects_.find(next.object.Get()); --of->second == 0) objects_.erase(of);
    }
}

void Details::stop() {
    decltype(lanes_) dropped;  // released outside the lock
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped.swap(lanes_);
    objects_.clear();
    count_ = 0;
}

}  // namespace deskline::telephony
