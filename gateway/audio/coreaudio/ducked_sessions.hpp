// Holds the session identifiers that ducking callbacks are called with, each in a slot until the audio thread has read
// it. Ducking is rare and its identifiers are long, so a notice carries the slot's number instead. Thread: `put` any,
// without waiting; `take` the audio thread's.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <optional>
#include <string>

namespace deskline::audio {

inline constexpr std::size_t longestId = 2048;

class DuckedSessions {
public:
    static constexpr std::size_t capacity = 32;

    // Copies the identifier; null becomes "". Returns the slot's number; absent: all are used, or it is too long (cut,
    // it would name no session).
    std::optional<std::size_t> put(const wchar_t* id) noexcept {
        for (std::size_t slot = 0; slot < capacity; ++slot) {
            if (slots_[slot].used.exchange(true, std::memory_order_acquire)) continue;
            auto& text = slots_[slot].id;
            std::size_t length = 0;
            while (id && id[length] && length + 1 < longestId) {
                text[length] = id[length];
                ++length;
            }
            text[length] = 0;
            if (!id || !id[length]) return slot;
            free(slot);
            return std::nullopt;
        }
        return std::nullopt;
    }
    std::wstring take(std::size_t slot) {  // of a notice that was popped; the slot is free again
        std::wstring id(slots_[slot].id.data());
        free(slot);
        return id;
    }
    void free(std::size_t slot) noexcept { slots_[slot].used.store(false, std::memory_order_release); }

private:
    struct Slot {
        std::atomic<bool> used{false};
        std::array<wchar_t, longestId> id;
    };
    std::array<Slot, capacity> slots_;
};

}  // namespace deskline::audio
