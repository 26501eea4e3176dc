#include "audio/coreaudio/callback_queue.hpp"

namespace deskline::audio {

CallbackQueue::CallbackQueue() : cells_(new Cell[capacity]), event_(CreateEventW(nullptr, FALSE, FALSE, nullptr)) {
    for (std::size_t i = 0; i < capacity; ++i) cells_[i].sequence.store(i, std::memory_order_relaxed);
}

CallbackQueue::~CallbackQueue() {
    Notice left;
    while (pop(left))
        if (left.session) left.session->Release();
    CloseHandle(event_);
}

bool CallbackQueue::push(const Notice& notice) noexcept {
    auto at = tail_.load(std::memory_order_relaxed);
    for (;;) {
        auto& cell = cells_[at % capacity];
        const auto sequence = cell.sequence.load(std::memory_order_acquire);
        if (sequence == at) {
            if (!tail_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) continue;
            cell.notice = notice;
            cell.sequence.store(at + 1, std::memory_order_release);
            wake();
            return true;
        }
        if (sequence < at) return false;
        at = tail_.load(std::memory_order_relaxed);
    }
}

bool CallbackQueue::pop(Notice& out) noexcept {
    const auto at = head_.load(std::memory_order_relaxed);
    auto& cell = cells_[at % capacity];
    if (cell.sequence.load(std::memory_order_acquire) != at + 1) return false;
    out = cell.notice;
    cell.sequence.store(at + capacity, std::memory_order_release);
    head_.store(at + 1, std::memory_order_relaxed);
    return true;
}

}  // namespace deskline::audio
