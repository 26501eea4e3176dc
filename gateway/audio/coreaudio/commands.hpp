// Carries commands out on devices and sessions. Thread: the audio thread's.
#pragma once
#include "audio/audio.hpp"
#include "audio/coreaudio/device_inventory.hpp"
#include "audio/coreaudio/event_context.hpp"

namespace deskline::audio {

struct Command {
    CommandId id;
    Change change;
    Completion completion;
};

class Commands {
public:
    // The references outlive it.
    Commands(const source::Report& report, CallbackQueue& callbacks, const EventContexts& contexts,
             DeviceInventory& inventory)
        : report_(report), callbacks_(callbacks), contexts_(contexts), inventory_(inventory) {}

    // Sets what the command asks for, reads it back and reports it with the command as its cause. Errors:
    // audio-device-gone, or that of the HRESULT of the call that failed.
    Result<Outcome> carryOut(const Command& command);

private:
    // True: something differed, and an event follows.
    Result<bool> change(AudioDeviceHandle& device, const Command& command);
    Result<bool> change(AudioSessionHandle& session, const Command& command);

    const source::Report& report_;
    CallbackQueue& callbacks_;
    const EventContexts& contexts_;
    DeviceInventory& inventory_;
};

}  // namespace deskline::audio
