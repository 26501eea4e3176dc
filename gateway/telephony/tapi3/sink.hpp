// The sink of ITTAPIEventNotification. `Event` takes a reference, notes the time, queues the event and returns.
// Threads: TAPI calls `Event` on one of its own; the event thread pops, and releases the last reference, never `Event`.
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "com/sink.hpp"
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
    static constexpr std::size_t most = 100'000;
    void push(TapiHappened happened);   // where there are as many, or no memory: it is dropped, and `overflowed`
    std::optional<TapiHappened> pop();  // waits; absent: the queue was closed
    void close();                       // what is queued is dropped
    bool overflowed() const;

private:
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<TapiHappened> events_;
    bool closed_ = false, overflowed_ = false;
};

class EventSink final : public com::Sink<ITTAPIEventNotification> {
public:
    explicit EventSink(std::shared_ptr<EventQueue> queue) : queue_(std::move(queue)) {}
    HRESULT WINAPI Event(TAPI_EVENT kind, IDispatch* event) override;

private:
    std::shared_ptr<EventQueue> queue_;
};

}  // namespace deskline::telephony
