// Reads the callbacks' notices, updates the inventory and reports the changes. Thread: the audio thread's.
#pragma once
#include "audio/coreaudio/device_inventory.hpp"
#include "audio/coreaudio/event_context.hpp"

namespace deskline::audio {

class CallbackReader {
public:
    // The references outlive it.
    CallbackReader(const source::Report& report, CallbackQueue& callbacks, const EventContexts& contexts,
                   DeviceInventory& inventory)
        : report_(report), callbacks_(callbacks), contexts_(contexts), inventory_(inventory) {}

    void readNotices();  // all that are in the queue
    void readFlags();    // of every object; sessions that are over are unregistered and released here
    void drain();        // at the end, or a loss: releases the references that notices hold
    // Whether Windows has said, since this was asked last, that the audio service has stopped.
    bool serviceStopped() { return std::exchange(serviceStopped_, false); }

private:
    void read(const Notice& notice);
    void readDucking(const Ducking& now);
    void readVolume(AudioDeviceHandle& device, const Notice& notice);
    void readSession(AudioSessionHandle& session, const Notice& notice);
    bool readFlags(AudioSessionHandle& session);  // true: the session is over

    const source::Report& report_;
    CallbackQueue& callbacks_;
    const EventContexts& contexts_;
    DeviceInventory& inventory_;
    bool serviceStopped_ = false;
    static constexpr std::size_t mostDucking = 256;
    std::map<AudioSessionId, std::pair<bool, std::uint32_t>> ducking_;  // what was told of each session last
};

}  // namespace deskline::audio
