// What this host's Core Audio can do. A capability is true until a call that needs it fails, which the log tells once.
// Thread: the audio thread's.
#pragma once
#include <windows.h>

#include <map>
#include <string>

namespace deskline::audio {

struct Capabilities {
    bool devices = true, sessions = true, sessionEvents = true, deviceVolume = true, displayName = true, meters = true,
         ducking = true;

    std::map<std::string, bool> all() const;  // by the names in `capabilities` on the wire
};

// Where `code` is a failure of the call `what`: sets the capability to false and logs it, once.
void noteLack(bool& capability, HRESULT code, const char* what);

}  // namespace deskline::audio
