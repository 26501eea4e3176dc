// The sink of ITTAPIEventNotification. `Event` takes a reference, notes the time, queues the event and returns.
// Threads: TAPI calls `Event` on one of its own; the event thread pops, and releases the last reference, never `Event`.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "com/com.hpp"
#include "model/time.hpp"
#include "telephony/tapi3/interfaces.hpp"

namespace deskline::telephony {

struct TapiHappened {
    TAPI_EVENT kind;
    com::ComPtr<IDispatch> event;
    Time time;
};

class EventQueue {
public:
    void push(TapiHappened happened);
    std::optional<TapiHappened> pop();  // waits; absent: the queue was closed
    void close();                       // what is queued is dropped

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<TapiHappened> events_;
    bool closed_ = false;
};

class EventSink final : public ITTAPIEventNotification {
public:
    explicit EventSink(std::shared_ptr<EventQueue> queue) : queue_(std::move(queue)) {}

    HRESULT WINAPI QueryInterface(REFIID id, void** out) override;
    ULONG WINAPI AddRef() override { return ++references_; }
    ULONG WINAPI Release() override;
    HRESULT WINAPI Event(TAPI_EVENT kind, IDispatch* event) override;

private:
    virtual ~EventSink() = default;
    std::atomic<ULONG> references_{1};
    std::shared_ptr<EventQueue> queue_;
};

}  // namespace deskline::telephony
