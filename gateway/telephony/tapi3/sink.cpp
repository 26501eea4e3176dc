#include "telephony/tapi3/sink.hpp"

namespace deskline::telephony {

void EventQueue::push(TapiHappened happened) {
    {
        const std::lock_guard lock(mutex_);
        if (closed_) return;
        events_.push_back(std::move(happened));
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

HRESULT EventSink::QueryInterface(REFIID id, void** out) {
    if (!out) return E_POINTER;
    if (id != __uuidof(IUnknown) && id != __uuidof(ITTAPIEventNotification)) {
        *out = nullptr;
        return E_NOINTERFACE;
    }
    *out = static_cast<ITTAPIEventNotification*>(this);
    AddRef();
    return S_OK;
}

ULONG EventSink::Release() {
    const auto left = --references_;
    if (left == 0) delete this;
    return left;
}

HRESULT EventSink::Event(TAPI_EVENT kind, IDispatch* event) {
    queue_->push({kind, com::ComPtr<IDispatch>(event), now()});
    return S_OK;
}

}  // namespace deskline::telephony
