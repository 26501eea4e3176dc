// Takes plain values from callbacks to the audio thread, in a bounded queue that never blocks. A callback copies,
// pushes, sets an event and returns, which keeps the three rules of IAudioSessionEvents: it waits for nothing,
// unregisters nothing, and never releases the last reference. When the queue is full, a volume is merged (the object is
// marked to be read again) and counted in `merged`. A state change or a disconnect has a slot of its own in its
// object's CallbackFlags and is never dropped. Thread: `push`, `wake` and the flags any, without waiting; `pop` the
// audio thread's.
#pragma once
#include <windows.h>

#include <unknwn.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "audio/coreaudio/ducked_sessions.hpp"

namespace deskline::audio {

inline constexpr std::size_t mostChannels = 16;

enum class NoticeKind { volume, channels, name, icon, grouping, created, duck, unduck };

struct Notice {
    NoticeKind kind{};
    std::uint64_t object = 0;  // key of the device or session
    GUID context{};            // GUID_NULL: none was given
    float volume = 0;
    bool muted = false;
    std::uint32_t channelCount = 0;  // of channels; of duck: the number of communication sessions
    float channels[mostChannels] = {};
    IUnknown* session = nullptr;  // of created: with a reference that the audio thread releases
    std::size_t duckedSlot = 0;   // of duck, unduck: in `ducked`
};
static_assert(sizeof(Notice) <= 128);  // a notice is copied for every step of a volume

struct CallbackFlags {  // of one object; set by callbacks, taken by the audio thread
    std::atomic<int> state{-1}, disconnected{-1};
    std::atomic<bool> readAgain{false};
};

class CallbackQueue {
public:
    CallbackQueue();
    ~CallbackQueue();
    CallbackQueue(const CallbackQueue&) = delete;
    CallbackQueue& operator=(const CallbackQueue&) = delete;

    bool push(const Notice& notice) noexcept;  // false: full
    bool pop(Notice& out) noexcept;            // false: empty
    void wake() noexcept { SetEvent(event_); }
    HANDLE event() const { return event_; }

    DuckedSessions ducked;
    std::atomic<std::uint64_t> merged{0};
    std::atomic<bool> rescan{false};  // devices have come, gone or changed

private:
    static constexpr std::size_t capacity = 1024;
    struct Cell {
        std::atomic<std::size_t> sequence;
        Notice notice;
    };
    // Dmitry Vyukov's bounded queue: a cell's sequence says whose turn it is.
    std::unique_ptr<Cell[]> cells_;
    std::atomic<std::size_t> tail_{0}, head_{0};
    HANDLE event_;
};

}  // namespace deskline::audio
