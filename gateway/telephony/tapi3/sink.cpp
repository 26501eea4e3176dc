#include "telephony/tapi3/sink.hpp"

#include <new>

namespace deskline::telephony {

void EventQueue::push(TapiHappened happened) {
    {
        const std::lock_guard lock(mutex_);
        if (closed_) return;
        try {
            if (events_.size() < most)
                events_.push_back(std::move(happened));
            else
                overflowed_ = true;
        } catch (const std::bad_alloc&) {
            overflowed_ = true;
        }
    }
    wake_.notify_one();
}

std::optional<TapiHappened> EventQueue::pop() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return closed_ || !events_.empty(); });
    if (closed_) return std::nullopt;
    auto first = std::move(events_.front());
    events_.pop_front();
    return first;
}

void EventQueue::close() {
    std::deque<TapiHappened> dropped;  // released outside the lock
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        dropped.swap(events_);
    }
    wake_.notify_all();
}

bool EventQueue::overflowed() const {
    const std::lock_guard lock(mutex_);
    return overflowed_;
}

HRESULT EventSink::Event(TAPI_EVENT kind, IDispatch* event) {
    queue_->push({kind, com::ComPtr<IDispatch>(event), now()});
    return S_OK;
}

}  // namespace deskline::telephony
