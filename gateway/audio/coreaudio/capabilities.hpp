// What this host's Core Audio can do, and what its failures mean. Thread: the audio thread's.
#pragma once
#include <windows.h>

#include <map>
#include <string>

namespace deskline::audio {

// True until a call that needs it says that it is not implemented, and none said otherwise, on whichever device: a
// failure of the moment (a headset that is just leaving, the service that is not up yet) says nothing.
class Capability {
public:
    operator bool() const { return has_; }
    bool known() const { return shown_ || !has_; }
    void note(HRESULT code, const char* call);  // what `call` answered; a lack is logged once

private:
    bool has_ = true, shown_ = false;
};

struct Capabilities {
    Capability devices, sessions, sessionEvents, deviceVolume, displayName, meters, ducking;

    std::map<std::string, bool> all() const;  // by the names in `capabilities` on the wire
};

bool isLack(HRESULT code);  // the call is not implemented here

// The Windows Audio service does not answer: it is not up yet, was stopped or has died. Objects that were made before
// never answer again. Source: IAudioSessionEvents::OnSessionDisconnected, remarks.
bool isWithoutService(HRESULT code);
// This object is dead, the service is not: its device left, or has another format.
bool isInvalidated(HRESULT code);

}  // namespace deskline::audio
