// Reads what callbacks have left, brings the inventory up to it and reports what changed. Thread: the audio thread's.
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

    void readNotices();  // all that wait
    void readFlags();    // of every object; sessions that are over are unregistered and released here
    void drain();        // at the end: gives back what notices hold

private:
    void read(const Notice& notice);
    void readVolume(AudioDeviceHandle& device, const Notice& notice);
    void readSession(AudioSessionHandle& session, const Notice& notice);
    bool readFlags(AudioSessionHandle& session);  // true: it is over

    const source::Report& report_;
    CallbackQueue& callbacks_;
    const EventContexts& contexts_;
    DeviceInventory& inventory_;
};

}  // namespace deskline::audio
